select
    milestone.action_id,
    milestone.milestone_id,
    milestone.title,
    coalesce(milestone.owner, action.owner) as owner,
    milestone.due_on,
    milestone.status,
    milestone.completed_on,
    coalesce(milestone.due_on < council.as_of and milestone.status not in ('done', 'stopped'), false) as is_overdue
from {{ ref('stg_milestone') }} as milestone
inner join {{ ref('action') }} as action
    on milestone.action_id = action.action_id
cross join {{ ref('stg_council') }} as council
where milestone.publish

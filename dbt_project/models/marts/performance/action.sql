select
    action.action_id,
    action.title,
    action.indicator_id,
    action.priority_id,
    action.owner,
    action.due_on,
    action.status,
    action.completed_on,
    action.progress,
    coalesce(action.due_on < council.as_of and action.status not in ('done', 'stopped'), false) as is_overdue
from {{ ref('stg_action') }} as action
cross join {{ ref('stg_council') }} as council
left join {{ ref('stg_indicator') }} as indicator
    on action.indicator_id = indicator.indicator_id
left join {{ ref('stg_priority') }} as priority
    on action.priority_id = priority.priority_id
where
    action.publish
    and (action.indicator_id is null or indicator.indicator_id is not null)
    and (action.priority_id is null or priority.priority_id is not null)

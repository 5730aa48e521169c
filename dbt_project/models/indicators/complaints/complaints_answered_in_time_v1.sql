select
    delivery,
    area_code,
    {{ on_day('closed_on') }},
    case when closed_on <= due_on then 1 else 0 end as numerator,
    1 as denominator
from {{ ref('stg_complaint') }}
where
    kind = 'complaint'
    and stage in ('stage_1', 'stage_2')
    and closed_on is not null
    and due_on is not null

select
    delivery,
    area_code,
    {{ on_day('closed_at') }},
    case when closed_at <= due_at then 1 else 0 end as numerator,
    1 as denominator
from {{ ref('stg_service_request') }}
where
    service = 'planning'
    and closed_at is not null
    and outcome in ('granted', 'refused')
    and due_at is not null

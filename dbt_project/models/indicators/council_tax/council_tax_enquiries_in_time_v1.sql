select
    delivery,
    area_code,
    {{ on_day('closed_at') }},
    case when closed_at <= due_at then 1 else 0 end as numerator,
    1 as denominator
from {{ ref('stg_service_request') }}
where
    service = 'council_tax'
    and closed_at is not null
    and due_at is not null

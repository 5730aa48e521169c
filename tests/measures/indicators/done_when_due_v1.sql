select
    delivery,
    area_code,
    {{ on_day('due_at') }},
    case when closed_at <= due_at then 1 else 0 end as numerator,
    1 as denominator,
    channel
from {{ ref('stg_service_request') }}
where due_at is not null

select
    delivery,
    area_code,
    'day' as period_type,
    cast(due_at as date) as period_start,
    cast(due_at as date) as period_end,
    case when closed_at <= due_at then 1 else 0 end as numerator,
    1 as denominator,
    channel
from "warehouse"."main"."stg_service_request"
where due_at is not null
select
    delivery,
    area_code,
    'day' as period_type,
    cast(opened_at as date) as period_start,
    cast(opened_at as date) as period_end,
    1 as numerator,
    1 as denominator
from "warehouse"."main"."stg_service_request"
select
    delivery,
    cast(null as varchar) as area_code,
    'day' as period_type,
    cast(period_start as date) as period_start,
    cast(period_start as date) as period_end,
    actual as numerator,
    0 as denominator
from "warehouse"."main"."stg_finance"
where actual is not null
union all
select
    delivery,
    area_code,
    'day' as period_type,
    cast(closed_at as date) as period_start,
    cast(closed_at as date) as period_end,
    0 as numerator,
    1 as denominator
from "warehouse"."main"."stg_service_request"
where closed_at is not null
select
    delivery,
    area_code,
    'day' as period_type,
    cast(closed_at as date) as period_start,
    cast(closed_at as date) as period_end,
    
        (date_diff('day', cast(opened_at as date)::timestamp, cast(closed_at as date)::timestamp ))
     as numerator,
    1 as denominator
from "warehouse"."main"."stg_service_request"
where closed_at is not null
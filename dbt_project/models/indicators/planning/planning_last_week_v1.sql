with decided_in_time as (
    select
        delivery,
        area_code,
        closed_at,
        {{ days_between('closed_at', 'due_at') }} as days_left
    from {{ ref('stg_service_request') }}
    where
        service = 'planning'
        and closed_at <= due_at
        and outcome in ('granted', 'refused')
)

select
    delivery,
    area_code,
    {{ on_day('closed_at') }},
    case when days_left <= 6 then 1 else 0 end as numerator,
    1 as denominator
from decided_in_time

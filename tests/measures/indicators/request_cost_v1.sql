select
    delivery,
    cast(null as varchar) as area_code,
    {{ on_day('period_start') }},
    actual as numerator,
    0 as denominator
from {{ ref('stg_finance') }}
where actual is not null
union all
select
    delivery,
    area_code,
    {{ on_day('closed_at') }},
    0 as numerator,
    1 as denominator
from {{ ref('stg_service_request') }}
where closed_at is not null

select
    delivery,
    cast(null as varchar) as area_code,
    {{ on_day('period_start') }},
    actual as numerator,
    1 as denominator
from {{ ref('stg_finance') }}
where
    service = 'housing_repairs'
    and actual is not null

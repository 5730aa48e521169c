select
    delivery,
    cast(null as varchar) as area_code,
    {{ on_day('period_start') }},
    actual as numerator,
    0 as denominator
from {{ ref('stg_finance') }}
where
    service = 'waste'
    and actual is not null

select
    delivery,
    cast(null as varchar) as area_code,
    {{ on_day('period_start') }},
    actual as numerator,
    budget as denominator
from {{ ref('stg_finance') }}
where
    actual is not null
    and budget is not null

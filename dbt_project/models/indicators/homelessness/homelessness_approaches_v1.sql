select
    delivery,
    area_code,
    {{ on_day('opened_at') }},
    1 as numerator,
    0 as denominator
from {{ ref('stg_service_request') }}
where
    service = 'homelessness'

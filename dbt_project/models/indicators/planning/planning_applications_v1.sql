select
    delivery,
    area_code,
    {{ on_day('opened_at') }},
    1 as numerator,
    1 as denominator
from {{ ref('stg_service_request') }}
where
    service = 'planning'
    and opened_at is not null

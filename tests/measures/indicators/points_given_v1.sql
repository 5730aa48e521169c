select
    delivery,
    area_code,
    {{ on_day('closed_at') }},
    score as numerator,
    1 as denominator
from {{ ref('stg_service_request') }}
where closed_at is not null

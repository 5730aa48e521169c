select
    delivery,
    area_code,
    {{ on_day('closed_at') }},
    score as numerator,
    1 as denominator
from {{ ref('stg_service_request') }}
where
    service = 'empty_homes'
    and closed_at is not null
    and score is not null

select
    delivery,
    area_code,
    {{ on_day('opened_at') }},
    1 as numerator,
    0 as denominator,
    category as age_group
from {{ ref('stg_service_request') }}

select
    delivery,
    area_code,
    {{ on_day('closed_at') }},
    {{ days_between('opened_at', 'closed_at') }} as numerator,
    1 as denominator
from {{ ref('stg_service_request') }}
where closed_at is not null

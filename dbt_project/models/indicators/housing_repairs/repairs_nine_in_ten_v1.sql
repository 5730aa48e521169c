select
    delivery,
    area_code,
    {{ on_day('closed_at') }},
    channel,
    {{ days_between('opened_at', 'closed_at') }} as numerator,
    1 as denominator
from {{ ref('stg_service_request') }}
where
    service = 'housing_repairs'
    and closed_at is not null

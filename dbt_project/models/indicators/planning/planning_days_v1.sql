select
    delivery,
    area_code,
    {{ on_day('closed_at') }},
    {{ days_between('opened_at', 'closed_at') }} as numerator,
    1 as denominator
from {{ ref('stg_service_request') }}
where
    service = 'planning'
    and closed_at is not null
    and outcome in ('granted', 'refused')
    and category <> 'major'

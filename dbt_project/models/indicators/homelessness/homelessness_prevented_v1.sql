select
    delivery,
    area_code,
    {{ on_day('closed_at') }},
    case when outcome = 'prevented' then 1 else 0 end as numerator,
    1 as denominator
from {{ ref('stg_service_request') }}
where
    service = 'homelessness'
    and closed_at is not null

select
    delivery,
    area_code,
    {{ on_day('closed_at') }},
    case when outcome = 'no_access' then 1 else 0 end as numerator,
    1 as denominator
from {{ ref('stg_service_request') }}
where
    service = 'housing_repairs'
    and closed_at is not null
    and outcome is distinct from 'cancelled'

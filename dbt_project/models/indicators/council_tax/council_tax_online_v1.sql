select
    delivery,
    area_code,
    {{ on_day('opened_at') }},
    case when channel = 'web' then 1 else 0 end as numerator,
    1 as denominator
from {{ ref('stg_service_request') }}
where
    service = 'council_tax'

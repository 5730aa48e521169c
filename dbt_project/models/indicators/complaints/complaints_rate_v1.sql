select
    delivery,
    area_code,
    {{ on_day('received_on') }},
    1 as numerator,
    0 as denominator
from {{ ref('stg_complaint') }}
where
    kind = 'complaint'
    and stage = 'stage_1'
    and received_on is not null

select
    delivery,
    area_code,
    {{ on_day('closed_on') }},
    case when outcome = 'upheld' then 1 else 0 end as numerator,
    1 as denominator
from {{ ref('stg_complaint') }}
where
    kind = 'complaint'
    and stage = 'ombudsman'
    and closed_on is not null
    and outcome is not null
    and outcome <> 'outside_jurisdiction'

select
    delivery,
    area_code,
    {{ in_period('wave', 'fieldwork_start', 'fieldwork_end') }},
    age_group,
    sex,
    case when answer in ('very_safe', 'fairly_safe') then 1 else 0 end as numerator,
    1 as denominator,
    weight
from {{ ref('stg_survey_response') }}
where
    question = 'safe_by_day'
    and answer is not null

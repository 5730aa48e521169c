select
    delivery,
    area_code,
    {{ in_period('wave', 'fieldwork_start', 'fieldwork_end') }},
    case when answer in ('very_satisfied', 'fairly_satisfied') then 1 else 0 end as numerator,
    1 as denominator,
    weight
from {{ ref('stg_survey_response') }}
where
    question = 'area_satisfaction'
    and answer is not null

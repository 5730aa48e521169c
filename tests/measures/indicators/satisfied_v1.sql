select
    delivery,
    area_code,
    {{ in_period('wave', 'fieldwork_start', 'fieldwork_end') }},
    case when answer = 'very_satisfied' then 1 else 0 end as numerator,
    1 as denominator,
    weight,
    age_group
from {{ ref('stg_survey_response') }}
where answer is not null

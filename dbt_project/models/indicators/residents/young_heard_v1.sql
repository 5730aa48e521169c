select
    delivery,
    area_code,
    {{ in_period('wave', 'fieldwork_start', 'fieldwork_end') }},
    case when answer in ('great_deal', 'fair_amount') then 1 else 0 end as numerator,
    1 as denominator,
    weight
from {{ ref('stg_survey_response') }}
where
    question = 'acts_on_concerns'
    and answer is not null
    and age_group = '16-34'

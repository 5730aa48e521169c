select
    delivery,
    area_code,
    'wave' as period_type,
    fieldwork_start as period_start,
    fieldwork_end as period_end,
    case when answer = 'very_satisfied' then 1 else 0 end as numerator,
    1 as denominator,
    weight,
    age_group
from "warehouse"."main"."stg_survey_response"
where answer is not null
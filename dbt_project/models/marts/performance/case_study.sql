select
    case_study.case_study_id,
    case_study.title,
    case_study.story,
    case_study.outcome,
    case_study.author_role,
    case_study.written_on,
    case_study.indicator_id,
    case_study.priority_id,
    case_study.consent_until
from {{ ref('stg_case_study') }} as case_study
cross join {{ ref('stg_council') }} as council
left join {{ ref('stg_indicator') }} as indicator
    on case_study.indicator_id = indicator.indicator_id
left join {{ ref('stg_priority') }} as priority
    on case_study.priority_id = priority.priority_id
where
    case_study.publish
    and {{ has_consent('case_study', 'council.consent_day') }}
    and (case_study.indicator_id is null or indicator.indicator_id is not null)
    and (case_study.priority_id is null or priority.priority_id is not null)

select
    risk.risk_id,
    risk.title,
    risk.description,
    risk.indicator_id,
    risk.priority_id,
    risk.owner,
    cast(risk.likelihood as integer) as likelihood,
    cast(risk.impact as integer) as impact,
    cast(risk.likelihood * risk.impact as integer) as score,
    risk.response,
    risk.reviewed_on,
    risk.status
from {{ ref('stg_risk') }} as risk
left join {{ ref('stg_indicator') }} as indicator
    on risk.indicator_id = indicator.indicator_id
left join {{ ref('stg_priority') }} as priority
    on risk.priority_id = priority.priority_id
where
    risk.publish
    and (risk.indicator_id is null or indicator.indicator_id is not null)
    and (risk.priority_id is null or priority.priority_id is not null)

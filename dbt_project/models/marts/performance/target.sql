select
    target.indicator_id,
    target.period_type,
    target.period_start,
    target.period_end,
    {{ as_figure('target.target') }} as target,
    {{ as_figure('target.tolerance') }} as tolerance,
    target.agreed_by,
    target.agreed_on,
    target.reason
from {{ ref('stg_target') }} as target
inner join {{ ref('stg_indicator') }} as indicator
    on target.indicator_id = indicator.indicator_id

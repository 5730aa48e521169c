select
    indicator.indicator_id,
    indicator.title,
    indicator.definition,
    indicator.unit,
    indicator.decimals,
    indicator.measure,
    indicator.multiplier,
    indicator.polarity,
    indicator.theme,
    indicator.perspective,
    indicator.results_chain,
    indicator.service,
    indicator.limitations,
    indicator.latest_version,
    case when indicator.calculation = 'percentile' then indicator.percentile end as percentile,
    indicator.index_of,
    indicator.base_year_start,
    case
        when indicator.measure <> 'reported' then coalesce(indicator.provisional_days, council.provisional_days)
    end as provisional_days,
    indicator.value_for_money
from {{ ref('stg_indicator') }} as indicator
cross join {{ ref('stg_council') }} as council

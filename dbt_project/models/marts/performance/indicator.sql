select
    indicator_id,
    title,
    definition,
    unit,
    decimals,
    measure,
    multiplier,
    polarity,
    theme,
    perspective,
    results_chain,
    service,
    limitations,
    latest_version,
    value_for_money
from {{ ref('stg_indicator') }}

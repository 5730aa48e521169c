select
    quote.quote_id,
    quote.quote,
    quote.said_by,
    quote.said_on,
    quote.indicator_id,
    quote.priority_id,
    quote.consent_until
from {{ ref('stg_quote') }} as quote
cross join {{ ref('stg_council') }} as council
left join {{ ref('stg_indicator') }} as indicator
    on quote.indicator_id = indicator.indicator_id
left join {{ ref('stg_priority') }} as priority
    on quote.priority_id = priority.priority_id
where
    quote.publish
    and {{ has_consent('quote', 'council.consent_day') }}
    and (quote.indicator_id is null or indicator.indicator_id is not null)
    and (quote.priority_id is null or priority.priority_id is not null)

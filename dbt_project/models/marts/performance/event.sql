select
    event.event_id,
    event.starts_on,
    event.ends_on,
    event.title,
    event.description,
    event.indicator_id,
    event.service,
    coalesce(event.kind, 'event') as kind
from {{ ref('stg_event') }} as event
left join {{ ref('stg_indicator') }} as indicator
    on event.indicator_id = indicator.indicator_id
where
    coalesce(event.publish, true)
    and (event.indicator_id is null or indicator.indicator_id is not null)

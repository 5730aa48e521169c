select
    delivery.source,
    delivery.delivery,
    source.title as source_title,
    source.cadence,
    delivery.received_at,
    delivery.bytes,
    delivery.status,
    delivery.in_use,
    delivery.rows_read,
    delivery.rows_accepted,
    delivery.rows_quarantined,
    delivery.rows_layout,
    delivery.first_date,
    delivery.last_date,
    cast(null as varchar) as value_note,
    delivery.about_people
from {{ ref('stg_delivery') }} as delivery
inner join {{ ref('stg_source') }} as source
    on delivery.source = source.source

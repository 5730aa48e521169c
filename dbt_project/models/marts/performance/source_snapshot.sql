select
    delivery.source,
    delivery.delivery,
    source.title as source_title,
    source.owner,
    source.origin,
    source.licence,
    delivery.received_at,
    delivery.bytes,
    delivery.mapping_sha256,
    delivery.rows_read,
    delivery.rows_accepted,
    delivery.rows_quarantined,
    delivery.rows_layout,
    delivery.first_date,
    delivery.last_date,
    delivery.rows_corrected,
    delivery.purged_on,
    cast(null as varchar) as value_note,
    delivery.about_people
from {{ ref('stg_delivery') }} as delivery
inner join {{ ref('stg_source') }} as source
    on delivery.source = source.source
where delivery.in_use

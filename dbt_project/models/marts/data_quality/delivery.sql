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
    {{ first_of_month('delivery.received_at') }} as month_received,
    delivery.days_late,
    {{ as_figure('100.0 * delivery.rows_quarantined / nullif(delivery.rows_accepted + delivery.rows_quarantined, 0)') }}
        as percentage_quarantined,
    delivery.rows_undated,
    delivery.rows_corrected,
    delivery.purged_on,
    cast(null as varchar) as value_note,
    delivery.about_people
from {{ ref('stg_delivery') }} as delivery
inner join {{ ref('stg_source') }} as source
    on delivery.source = source.source

select
    reason.source,
    reason.delivery,
    coalesce(reason.field, 'row') as field,
    reason.rule,
    cast(sum(reason.row_count) as bigint) as rows_quarantined,
    cast(null as varchar) as value_note,
    delivery.about_people
from {{ ref('stg_quarantine_reason') }} as reason
inner join {{ ref('stg_delivery') }} as delivery
    on
        reason.source = delivery.source
        and reason.delivery = delivery.delivery
group by
    reason.source,
    reason.delivery,
    coalesce(reason.field, 'row'),
    reason.rule,
    delivery.about_people

select
    reason.source,
    reason.delivery,
    coalesce(reason.field, 'row') as field,
    reason.rule,
    {{ first_of_month('delivery.received_at') }} as month_received,
    case
        when reason.rule = 'missing' then 'completeness'
        when reason.rule in ('duplicate_key', 'repeated_row') then 'uniqueness'
        when coalesce(reason.field, 'row') = 'row' and reason.rule not in ('unreadable_row', 'erased') then 'consistency'
        else 'validity'
    end as dimension,
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
    delivery.received_at,
    delivery.about_people

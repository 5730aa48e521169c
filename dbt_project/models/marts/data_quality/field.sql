with fault_of_field as (
    select
        source,
        delivery,
        field,
        sum(row_count) as faults
    from {{ ref('stg_quarantine_reason') }}
    group by
        source,
        delivery,
        field
)

select
    completeness.source,
    completeness.delivery,
    completeness.field,
    {{ first_of_month('delivery.received_at') }} as month_received,
    completeness.row_count as rows_accepted,
    completeness.missing_count as rows_without_value,
    {{ as_figure('100.0 * completeness.missing_count / nullif(completeness.row_count, 0)') }}
        as percentage_without_value,
    cast(coalesce(fault_of_field.faults, 0) as bigint) as faults,
    {{ as_figure(
        '100.0 * coalesce(fault_of_field.faults, 0) / nullif(delivery.rows_accepted + delivery.rows_quarantined, 0)'
    ) }} as percentage_at_fault,
    cast(null as varchar) as value_note,
    completeness.row_count - completeness.missing_count as rows_with_value,
    delivery.about_people
from {{ ref('stg_completeness') }} as completeness
inner join {{ ref('stg_delivery') }} as delivery
    on
        completeness.source = delivery.source
        and completeness.delivery = delivery.delivery
left join fault_of_field
    on
        completeness.source = fault_of_field.source
        and completeness.delivery = fault_of_field.delivery
        and completeness.field = fault_of_field.field

select
    completeness.source,
    completeness.delivery,
    completeness.field,
    completeness.row_count as rows_accepted,
    completeness.missing_count as rows_without_value,
    {{ as_figure('100.0 * completeness.missing_count / nullif(completeness.row_count, 0)') }}
        as percentage_without_value,
    cast(null as varchar) as value_note,
    completeness.row_count - completeness.missing_count as rows_with_value,
    delivery.about_people
from {{ ref('stg_completeness') }} as completeness
inner join {{ ref('stg_delivery') }} as delivery
    on
        completeness.source = delivery.source
        and completeness.delivery = delivery.delivery

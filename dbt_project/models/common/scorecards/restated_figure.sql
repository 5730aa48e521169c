with told_before as (
    select
        later.*,
        earlier.source as earlier_source,
        earlier.edition as earlier_edition,
        earlier.file_row as earlier_file_row,
        earlier.heading as earlier_heading,
        earlier.report as earlier_report,
        earlier.stated_value as earlier_stated_value,
        earlier.value as earlier_value,
        earlier.fact_value as earlier_fact_value
    from {{ ref('fact_statement') }} as later
    inner join {{ ref('fact_statement') }} as earlier
        on
            later.indicator_id = earlier.indicator_id
            and later.fact_area = earlier.fact_area
            and later.fact_period = earlier.fact_period
            and later.earlier_number = earlier.statement_number
    where later.fact_value <> earlier.fact_value
)

select
    told_before.*,
    case
        when told_before.value is null or told_before.earlier_value is null then 'words'
        when {{ is_rounding('told_before.value', 'told_before.earlier_value') }} then 'rounding'
        else 'value'
    end as change
from told_before

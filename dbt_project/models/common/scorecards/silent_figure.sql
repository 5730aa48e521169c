-- figures of which the cells beside them do not say whose or of when they are
with figure as (
    select
        statement.*,
        concat(coalesce(statement.stated_scope, ''), ' ', coalesce(statement.stated_period, '')) as against,
        cast(null as varchar) as other_edition,
        cast(null as varchar) as other_heading
    from {{ ref('statement') }} as statement
    where statement.says_something
),

silent_cell as (
    select
        figure.*,
        'value_without_place' as kind,
        'A figure is stated, and not whose it is.' as explanation
    from figure
    where figure.fact_area is null
    union all
    select
        figure.*,
        'value_without_period' as kind,
        'A figure is stated, and not of when it is.' as explanation
    from figure
    where figure.fact_period is null
)

select
    source,
    edition,
    file_row,
    heading,
    indicator_id,
    report,
    kind,
    stated_value,
    against,
    other_edition,
    other_heading,
    explanation
from silent_cell

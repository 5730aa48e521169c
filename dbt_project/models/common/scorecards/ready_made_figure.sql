with ordinary_figure as (
    select
        reported.indicator_id,
        reported.area_code,
        reported.area_name,
        reported.period_type,
        reported.period_start,
        reported.period_end,
        reported.value,
        reported.numerator,
        reported.denominator,
        reported.value_note,
        reported.comparator_group,
        reported.source,
        reported.delivery,
        reported.received_at,
        reported.row_number,
        false as is_stated,
        1 as latest_first
    from {{ ref('stg_reported_figure') }} as reported
    where reported.edition is null
),

-- of all statements of a fact the last one, by what the publications report on: when they came tells nothing
stated_figure as (
    select
        statement.indicator_id,
        statement.area_code,
        statement.area_name,
        statement.period_type,
        statement.period_start,
        statement.period_end,
        statement.value,
        cast(null as double) as numerator,
        cast(null as double) as denominator,
        statement.value_note,
        cast(null as varchar) as comparator_group,
        statement.source,
        statement.delivery,
        statement.received_at,
        statement.file_row as row_number,
        true as is_stated,
        row_number() over (
            partition by
                statement.indicator_id,
                statement.area_code,
                statement.period_type,
                statement.period_start
            order by
                statement.edition_end desc,
                coalesce(statement.report_end, statement.edition_end) desc,
                statement.source desc,
                statement.file_row desc,
                statement.heading desc
        ) as latest_first
    from {{ ref('statement') }} as statement
    where
        statement.value is not null
        and statement.area_code is not null
        and statement.period_start is not null
),

offered_figure as (
    select * from ordinary_figure
    union all
    select * from stated_figure
    where latest_first = 1
),

-- a figure that came by itself counts before what a scorecard states of it
ordered_figure as (
    select
        offered_figure.*,
        row_number() over (
            partition by
                offered_figure.indicator_id,
                offered_figure.area_code,
                offered_figure.period_type,
                offered_figure.period_start
            order by
                offered_figure.is_stated asc,
                offered_figure.received_at desc,
                offered_figure.delivery desc,
                offered_figure.row_number desc
        ) as recency
    from offered_figure
)

select
    indicator_id,
    area_code,
    area_name,
    period_type,
    period_start,
    period_end,
    value,
    numerator,
    denominator,
    value_note,
    comparator_group,
    source,
    delivery,
    received_at,
    row_number
from ordered_figure
where recency = 1

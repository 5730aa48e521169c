with figure as (
    select *
    from {{ ref('statement') }}
    where says_something
),

named_area as (
    select distinct
        source,
        heading_area_code
    from figure
    where heading_area_code is not null
),

period_against_heading as (
    select
        figure.*,
        'period' as kind,
        figure.report as heading_says,
        figure.stated_period as cell_says,
        case
            when figure.period_start is null then 'not_read'
            when figure.period_end < figure.report_start then 'before'
            when figure.period_start > figure.report_end then 'after'
            when figure.period_start < figure.report_start or figure.period_end > figure.report_end then 'overlaps'
        end as relation
    from figure
    where figure.report_start is not null and not {{ says_nothing('figure.stated_period') }}
),

area_against_heading as (
    select
        figure.*,
        'area' as kind,
        coalesce(figure.heading_area_code, figure.party) as heading_says,
        figure.stated_scope as cell_says,
        case
            when figure.heading_area_code is null and named_area.source is not null then 'other_area'
            when figure.heading_area_code <> figure.area_code then 'other_area'
            when figure.heading_area_code is not null and figure.area_code is null then 'no_known_area'
        end as relation
    from figure
    left join named_area
        on
            figure.source = named_area.source
            and figure.area_code = named_area.heading_area_code
    where figure.party is not null and not {{ says_nothing('figure.stated_scope') }}
),

disagreement as (
    select * from period_against_heading
    union all
    select * from area_against_heading
)

select
    source,
    edition,
    cast(file_row as integer) as file_row,
    heading,
    kind,
    indicator_id,
    heading_says,
    cell_says,
    relation
from disagreement
where relation is not null

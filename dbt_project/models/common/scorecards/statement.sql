with figure_of_delivery as (
    select
        reported.*,
        dense_rank() over (
            partition by
                reported.source,
                reported.edition
            order by
                reported.received_at desc,
                reported.delivery desc
        ) as recency
    from {{ ref('stg_reported_figure') }} as reported
    where reported.edition is not null
),

-- a file that comes again for an edition replaces the one before, whatever moved in it
named_figure as (
    select
        figure.*,
        coalesce(confirmed.same_as, figure.indicator_id) as joined_id,
        coalesce(
            figure.area_code,
            case when not {{ says_nothing('figure.stated_scope') }} then {{ as_said('figure.stated_scope') }} end
        ) as fact_area,
        case
            -- a spreadsheet makes 01/03/2017 of Mar-17, so the first day of a month is compared as that month
            when figure.period_type = 'point' and extract(day from figure.period_start) = 1
                then concat('month ', cast(figure.period_start as varchar))
            when figure.period_type = 'month'
                then concat('month ', cast(figure.period_start as varchar))
            when figure.period_start is not null
                then concat(cast(figure.period_start as varchar), ' ', cast(figure.period_end as varchar))
            when not {{ says_nothing('figure.stated_period') }} then {{ as_said('figure.stated_period') }}
        end as fact_period,
        coalesce(
            cast(cast(round(figure.value, 6) as decimal(28, 6)) as varchar),
            {{ as_said('figure.stated_value') }}
        ) as fact_value,
        figure.value is not null or figure.value_reason <> 'not_stated' as says_something
    from figure_of_delivery as figure
    left join {{ ref('stg_indicator_name') }} as confirmed
        on
            figure.source = confirmed.source
            and figure.indicator_id = confirmed.name_id
            and confirmed.confirmed_on is not null
    where figure.recency = 1
)

select
    source,
    edition,
    file_row,
    heading,
    edition_end,
    joined_id as indicator_id,
    indicator_id as name_id,
    stated_name,
    stated_unit,
    unit_kind,
    report,
    report_start,
    report_end,
    {{ days_between('report_start', 'report_end') }} as days_of_report,
    {{ days_between('period_end', 'report_end') }} as days_to_report,
    party,
    heading_area_code,
    area_code,
    area_name,
    stated_scope,
    period_type,
    period_start,
    period_end,
    stated_period,
    value,
    stated_value,
    value_reason,
    value_unit,
    value_note,
    stated_target,
    target_unit,
    target_at_least,
    target_at_most,
    target_level,
    target_is_strict,
    stated_status,
    status,
    stated_progress,
    progress,
    stated_direction,
    direction,
    polarity,
    fact_area,
    fact_period,
    fact_value,
    says_something,
    says_something and fact_area is not null and fact_period is not null as is_fact,
    delivery,
    received_at
from named_figure

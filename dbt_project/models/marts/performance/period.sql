with used_period as (
    select
        period_type,
        period_start,
        period_end
    from {{ ref('published_period') }}
    union
    select
        reported.period_type,
        reported.period_start,
        reported.period_end
    from {{ ref('ready_made_figure') }} as reported
    inner join {{ ref('stg_indicator') }} as indicator
        on reported.indicator_id = indicator.indicator_id
    union
    select
        target.period_type,
        target.period_start,
        target.period_end
    from {{ ref('target') }} as target
    union
    select
        kept.period_type,
        kept.period_start,
        kept.period_end
    from {{ ref('stg_kept_period') }} as kept
),

dated_period as (
    select
        used_period.period_type,
        used_period.period_start,
        used_period.period_end,
        council.year_start_month,
        council.year_start_month = extract(month from used_period.period_start) as starts_with_year,
        {{ months_after(
            'used_period.period_end', '-' ~ months_into_year('used_period.period_end', 'council.year_start_month')
        ) }} as in_year_from,
        {{ months_into_year('used_period.period_start', 'council.year_start_month') }} as months_into_year
    from used_period
    cross join {{ ref('stg_council') }} as council
),

named_period as (
    select
        dated_period.*,
        {{ financial_year_name('dated_period.in_year_from', 'dated_period.year_start_month') }} as financial_year,
        concat(
            cast(extract(year from dated_period.period_start) as varchar),
            '/',
            right(cast(extract(year from dated_period.period_start) + 1 as varchar), 2)
        ) as year_from_start,
        {{ month_and_year('dated_period.period_start') }} as first_month_name,
        {{ month_and_year('dated_period.period_end') }} as last_month_name
    from dated_period
)

select
    period_type,
    period_start,
    period_end,
    case
        when period_type = 'financial_year' then financial_year
        when period_type = 'quarter' then {{ quarter_name('months_into_year', 'financial_year') }}
        when period_type = 'calendar_year' then cast(extract(year from period_start) as varchar)
        when period_type = 'academic_year' then concat('Academic year ', year_from_start)
        when period_type = 'multi_year' and starts_with_year and year_start_month > 1
            then concat(year_from_start, ' to ', financial_year)
        when first_month_name = last_month_name then first_month_name
        else concat(first_month_name, ' to ', last_month_name)
    end as label,
    financial_year
from named_period

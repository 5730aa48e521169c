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
    from {{ ref('stg_reported_figure') }} as reported
    inner join {{ ref('stg_indicator') }} as indicator
        on reported.indicator_id = indicator.indicator_id
    union
    select
        target.period_type,
        target.period_start,
        target.period_end
    from {{ ref('target') }} as target
),

dated_period as (
    select
        used_period.period_type,
        used_period.period_start,
        used_period.period_end,
        council.year_start_month,
        council.year_start_month = extract(month from used_period.period_start) as starts_with_year,
        {{ months_after(
            'used_period.period_end',
            '-mod(extract(month from used_period.period_end) - council.year_start_month + 12, 12)'
        ) }} as in_year_from,
        1 + cast(
            floor(mod(extract(month from used_period.period_start) - council.year_start_month + 12, 12) / 3) as integer
        ) as quarter_number
    from used_period
    cross join {{ ref('stg_council') }} as council
),

named_period as (
    select
        dated_period.*,
        case
            when dated_period.year_start_month = 1
                then cast(extract(year from dated_period.in_year_from) as varchar)
            else concat(
                cast(extract(year from dated_period.in_year_from) as varchar),
                '/',
                right(cast(extract(year from dated_period.in_year_from) + 1 as varchar), 2)
            )
        end as financial_year,
        concat(
            cast(extract(year from dated_period.period_start) as varchar),
            '/',
            right(cast(extract(year from dated_period.period_start) + 1 as varchar), 2)
        ) as year_from_start,
        concat(
            {{ month_name('extract(month from dated_period.period_start)') }},
            ' ',
            cast(extract(year from dated_period.period_start) as varchar)
        ) as first_month_name,
        concat(
            {{ month_name('extract(month from dated_period.period_end)') }},
            ' ',
            cast(extract(year from dated_period.period_end) as varchar)
        ) as last_month_name
    from dated_period
)

select
    period_type,
    period_start,
    period_end,
    case
        when period_type = 'financial_year' then financial_year
        when period_type = 'quarter' then concat('Q', cast(quarter_number as varchar), ' ', financial_year)
        when period_type = 'calendar_year' then cast(extract(year from period_start) as varchar)
        when period_type = 'academic_year' then concat('Academic year ', year_from_start)
        when period_type = 'multi_year' and starts_with_year and year_start_month > 1
            then concat(year_from_start, ' to ', financial_year)
        when first_month_name = last_month_name then first_month_name
        else concat(first_month_name, ' to ', last_month_name)
    end as label,
    financial_year
from named_period

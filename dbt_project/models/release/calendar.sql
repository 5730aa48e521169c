with used_span as (
    select
        council.year_start_month,
        {{ months_after(
            first_of_month('min(period.period_start)'),
            '-' ~ months_into_year('min(period.period_start)', 'council.year_start_month')
        ) }} as first_day,
        {{ months_after(
            first_of_month('max(period.period_end)'),
            '11 - ' ~ months_into_year('max(period.period_end)', 'council.year_start_month')
        ) }} as last_month
    from {{ source('safe', 'period') }} as period
    cross join {{ ref('stg_council') }} as council
    group by council.year_start_month
),

calendar_day as (
    {{ days_from_to(
        "(select first_day from used_span)",
        "(select " ~ end_of_month('last_month') ~ " from used_span)"
    ) }}
),

dated_day as (
    select
        calendar_day.calendar_date,
        used_span.year_start_month,
        {{ first_of_month('calendar_day.calendar_date') }} as month_start,
        {{ months_into_year('calendar_day.calendar_date', 'used_span.year_start_month') }} as months_into_year
    from calendar_day
    cross join used_span
),

named_day as (
    select
        dated_day.*,
        {{ financial_year_name(
            months_after('dated_day.month_start', '-dated_day.months_into_year'),
            'dated_day.year_start_month'
        ) }} as financial_year
    from dated_day
)

select
    calendar_date,
    month_start,
    {{ month_and_year('month_start') }} as month_label,
    {{ months_after('month_start', '-mod(months_into_year, 3)') }} as quarter_start,
    {{ quarter_name('months_into_year', 'financial_year') }} as quarter_label,
    financial_year,
    cast(months_into_year + 1 as integer) as month_of_financial_year
from named_day

with council as (
    select
        as_of,
        year_start_month
    from {{ ref('stg_council') }}
),

calendar_month as (
    {{ months_between(
        "date '" ~ var('first_month') ~ "'",
        "(select " ~ first_of_month('council.as_of') ~ " from council)"
    ) }}
),

month_in_year as (
    select
        calendar_month.month_start,
        mod(extract(month from calendar_month.month_start) - council.year_start_month + 12, 12) as months_into_year
    from calendar_month
    cross join council
),

month_in_periods as (
    select
        month_start,
        {{ months_after('month_start', '-mod(months_into_year, 3)') }} as quarter_start,
        {{ months_after('month_start', '-months_into_year') }} as year_start
    from month_in_year
)

select
    month_start,
    'month' as period_type,
    month_start as period_start,
    {{ end_of_month('month_start') }} as period_end
from month_in_periods
union all
select
    month_start,
    'quarter' as period_type,
    quarter_start as period_start,
    {{ end_of_month(months_after('quarter_start', 2)) }} as period_end
from month_in_periods
union all
select
    month_start,
    'financial_year' as period_type,
    year_start as period_start,
    {{ end_of_month(months_after('year_start', 11)) }} as period_end
from month_in_periods
union all
select
    counted.month_start,
    'year_to_date' as period_type,
    counted.year_start as period_start,
    {{ end_of_month('latest.month_start') }} as period_end
from month_in_periods as counted
inner join month_in_periods as latest
    on
        counted.year_start = latest.year_start
        and counted.month_start <= latest.month_start

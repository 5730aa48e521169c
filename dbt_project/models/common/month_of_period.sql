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
        mod(extract(month from calendar_month.month_start) - council.year_start_month + 12, 12) as months_into_year,
        mod(
            extract(month from calendar_month.month_start) - {{ var('academic_year_start_month') }} + 12, 12
        ) as months_into_academic_year
    from calendar_month
    cross join council
),

month_in_periods as (
    select
        month_start,
        {{ months_after('month_start', '-mod(months_into_year, 3)') }} as quarter_start,
        {{ months_after('month_start', '-months_into_year') }} as year_start,
        {{ months_after('month_start', '1 - extract(month from month_start)') }} as calendar_year_start,
        {{ months_after('month_start', '-months_into_academic_year') }} as academic_year_start
    from month_in_year
),

year_of_three as (
    select 0 as years_before
    union all
    select 1 as years_before
    union all
    select 2 as years_before
),

month_in_period as (
    select
        month_start,
        'month' as period_type,
        month_start as period_start,
        1 as months
    from month_in_periods
    union all
    select
        month_start,
        'quarter' as period_type,
        quarter_start as period_start,
        3 as months
    from month_in_periods
    union all
    select
        month_start,
        'financial_year' as period_type,
        year_start as period_start,
        12 as months
    from month_in_periods
    union all
    select
        month_start,
        'calendar_year' as period_type,
        calendar_year_start as period_start,
        12 as months
    from month_in_periods
    union all
    select
        month_start,
        'academic_year' as period_type,
        academic_year_start as period_start,
        12 as months
    from month_in_periods
    union all
    select
        month_in_periods.month_start,
        'multi_year' as period_type,
        {{ months_after('month_in_periods.year_start', '-12 * year_of_three.years_before') }} as period_start,
        36 as months
    from month_in_periods
    cross join year_of_three
)

select
    month_start,
    period_type,
    period_start,
    {{ end_of_month(months_after('period_start', 'months - 1')) }} as period_end
from month_in_period
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
union all
select
    counted.month_start,
    'rolling_12_months' as period_type,
    {{ months_after('latest.month_start', -11) }} as period_start,
    {{ end_of_month('latest.month_start') }} as period_end
from month_in_periods as counted
inner join month_in_periods as latest
    on
        counted.month_start <= latest.month_start
        and counted.month_start >= {{ months_after('latest.month_start', -11) }}

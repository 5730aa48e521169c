with group_and_period as (
    select distinct
        area_code,
        breakdown,
        breakdown_value,
        period_start,
        period_end,
        extract(year from period_end)
        - case when extract(month from period_end) < 6 then 1 else 0 end as last_year,
        extract(year from period_start)
        + case when extract(month from period_start) > 6 then 1 else 0 end as first_year
    from {{ ref('cell') }}
    where calculation in ('rate', 'standardised_rate')
),

calendar_year as (
    select distinct extract(year from month_start) as mid_year
    from {{ ref('month_of_period') }}
    where period_type = 'month'
),

-- the middles of years that the period holds; the last one before its end where it holds none
mid_year_of_period as (
    select
        group_and_period.*,
        group_and_period.last_year - least(group_and_period.first_year, group_and_period.last_year) + 1 as mid_years,
        calendar_year.mid_year
    from group_and_period
    inner join calendar_year
        on
            group_and_period.last_year >= calendar_year.mid_year
            and least(group_and_period.first_year, group_and_period.last_year) <= calendar_year.mid_year
),

latest_estimate as (
    select
        mid_year_of_period.area_code,
        mid_year_of_period.breakdown,
        mid_year_of_period.breakdown_value,
        mid_year_of_period.period_start,
        mid_year_of_period.period_end,
        mid_year_of_period.mid_years,
        mid_year_of_period.mid_year,
        residents.stratum,
        max(residents.year) as year
    from mid_year_of_period
    inner join {{ ref('residents') }} as residents
        on
            mid_year_of_period.area_code = residents.area_code
            and mid_year_of_period.breakdown = residents.breakdown
            and mid_year_of_period.breakdown_value = residents.breakdown_value
            and mid_year_of_period.mid_year >= residents.year
    group by
        mid_year_of_period.area_code,
        mid_year_of_period.breakdown,
        mid_year_of_period.breakdown_value,
        mid_year_of_period.period_start,
        mid_year_of_period.period_end,
        mid_year_of_period.mid_years,
        mid_year_of_period.mid_year,
        residents.stratum
)

select
    latest_estimate.area_code,
    latest_estimate.breakdown,
    latest_estimate.breakdown_value,
    latest_estimate.stratum,
    latest_estimate.period_start,
    latest_estimate.period_end,
    sum(residents.population) as population
from latest_estimate
inner join {{ ref('residents') }} as residents
    on
        latest_estimate.area_code = residents.area_code
        and latest_estimate.breakdown = residents.breakdown
        and latest_estimate.breakdown_value = residents.breakdown_value
        and latest_estimate.stratum = residents.stratum
        and latest_estimate.year = residents.year
group by
    latest_estimate.area_code,
    latest_estimate.breakdown,
    latest_estimate.breakdown_value,
    latest_estimate.stratum,
    latest_estimate.period_start,
    latest_estimate.period_end
having count(*) = max(latest_estimate.mid_years)

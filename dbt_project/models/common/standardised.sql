with standard_population as (
    {{ standard_populations() }}
),

age_group_of_cell as (
    select
        cell.indicator_id,
        cell.method_version,
        cell.period_type,
        cell.period_start,
        cell.period_end,
        cell.area_code,
        cell.breakdown,
        cell.breakdown_value,
        standard_population.weight,
        cast(coalesce(measured.numerator, 0) as double) as events,
        cast(residents_of_period.population as double) as population
    from {{ ref('cell') }} as cell
    inner join standard_population
        on
            cell.indicator_id = standard_population.indicator_id
            and cell.method_version = standard_population.method_version
    left join {{ ref('measured') }} as measured
        on
            cell.indicator_id = measured.indicator_id
            and cell.method_version = measured.method_version
            and cell.period_type = measured.period_type
            and cell.period_start = measured.period_start
            and cell.period_end = measured.period_end
            and cell.area_code = measured.area_code
            and cell.breakdown = measured.breakdown
            and cell.breakdown_value = measured.breakdown_value
            and standard_population.stratum = measured.stratum
    left join {{ ref('residents_of_period') }} as residents_of_period
        on
            cell.area_code = residents_of_period.area_code
            and cell.breakdown = residents_of_period.breakdown
            and cell.breakdown_value = residents_of_period.breakdown_value
            and cell.period_start = residents_of_period.period_start
            and cell.period_end = residents_of_period.period_end
            and standard_population.stratum = residents_of_period.stratum
)

select
    indicator_id,
    method_version,
    period_type,
    period_start,
    period_end,
    area_code,
    breakdown,
    breakdown_value,
    sum(events) as events,
    case when count(nullif(population, 0)) = count(*) then sum(population) end as population,
    {{ standardised_rate('weight', 'events', 'population') }} as rate,
    {{ standardised_variance('weight', 'events', 'population') }} as variance
from age_group_of_cell
group by
    indicator_id,
    method_version,
    period_type,
    period_start,
    period_end,
    area_code,
    breakdown,
    breakdown_value

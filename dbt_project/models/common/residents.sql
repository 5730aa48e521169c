with area_population as (
    select
        area_code,
        year,
        population
    from {{ ref('stg_population') }}
    where
        age_group = 'all'
        and sex = 'all'
),

council as (
    select area_code
    from {{ ref('stg_council') }}
),

ward as (
    select area_code
    from {{ ref('stg_area') }}
    where area_type = 'ward'
),

number_of_wards as (
    select count(*) as wards
    from ward
),

summed_over_wards as (
    select
        council.area_code,
        area_population.year,
        sum(area_population.population) as population
    from area_population
    inner join ward
        on area_population.area_code = ward.area_code
    cross join number_of_wards
    cross join council
    group by
        council.area_code,
        area_population.year,
        number_of_wards.wards
    having count(*) = number_of_wards.wards
)

select
    area_code,
    year,
    population
from area_population
union all
select
    area_code,
    year,
    population
from summed_over_wards
where not exists (
    select 1
    from area_population
    where
        area_population.area_code = summed_over_wards.area_code
        and area_population.year = summed_over_wards.year
)

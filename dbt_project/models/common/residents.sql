with council as (
    select area_code
    from {{ ref('stg_council') }}
),

area_population as (
    select
        area_code,
        'all' as breakdown,
        'all' as breakdown_value,
        year,
        age_group,
        sex,
        population
    from {{ ref('stg_population') }}
),

ward as (
    select area_code
    from {{ ref('stg_area') }}
    where area_type = 'ward'
),

-- what is made of wards: the whole council, and each group of them
member as (
    select
        'all' as breakdown,
        'all' as breakdown_value,
        ward.area_code
    from ward
    union all
    select
        area_group.breakdown,
        area_group.breakdown_value,
        area_group.area_code
    from {{ ref('stg_area_group') }} as area_group
),

number_of_members as (
    select
        breakdown,
        breakdown_value,
        count(*) as members
    from member
    group by
        breakdown,
        breakdown_value
),

summed_over_wards as (
    select
        council.area_code,
        member.breakdown,
        member.breakdown_value,
        area_population.year,
        area_population.age_group,
        area_population.sex,
        sum(area_population.population) as population
    from area_population
    inner join member
        on area_population.area_code = member.area_code
    inner join number_of_members
        on
            member.breakdown = number_of_members.breakdown
            and member.breakdown_value = number_of_members.breakdown_value
    cross join council
    group by
        council.area_code,
        member.breakdown,
        member.breakdown_value,
        area_population.year,
        area_population.age_group,
        area_population.sex,
        number_of_members.members
    having count(*) = number_of_members.members
),

every_population as (
    select *
    from area_population
    union all
    select *
    from summed_over_wards
    where not exists (
        select 1
        from area_population
        where
            area_population.area_code = summed_over_wards.area_code
            and area_population.breakdown = summed_over_wards.breakdown
            and area_population.year = summed_over_wards.year
            and area_population.age_group = summed_over_wards.age_group
            and area_population.sex = summed_over_wards.sex
    )
)

-- everybody of an area or of a group of areas, in all and by age group
select
    area_code,
    breakdown,
    breakdown_value,
    age_group as stratum,
    year,
    population
from every_population
where sex = 'all'
union all
-- those of one sex, in all and by age group
select
    area_code,
    'sex' as breakdown,
    sex as breakdown_value,
    age_group as stratum,
    year,
    population
from every_population
where
    breakdown = 'all'
    and sex <> 'all'
union all
-- those of one age group
select
    area_code,
    'age_group' as breakdown,
    age_group as breakdown_value,
    'all' as stratum,
    year,
    population
from every_population
where
    breakdown = 'all'
    and age_group <> 'all'
    and sex = 'all'

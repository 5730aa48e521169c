with listed as (
    select
        listed_group.comparator_group,
        listed_group.kind,
        listed_group.area_code
    from {{ ref('stg_comparator_group') }} as listed_group
    where listed_group.area_code is not null
),

named as (
    select distinct
        comparator.comparator_group,
        coalesce(stated_group.kind, 'other') as kind,
        comparator.area_code
    from {{ ref('comparator') }} as comparator
    left join {{ ref('stg_comparator_group') }} as stated_group
        on
            comparator.comparator_group = stated_group.comparator_group
            and stated_group.area_code is null
    where
        comparator.comparator_group is not null
        and not exists (
            select 1
            from listed
            where listed.comparator_group = comparator.comparator_group
        )
)

select
    comparator_group,
    area_code,
    kind,
    true as is_listed
from listed
union all
select
    comparator_group,
    area_code,
    kind,
    false as is_listed
from named

with scope as (
    select
        indicator.indicator_id,
        area.area_code,
        false as is_broken_down,
        case
            when area.area_code = council.area_code then indicator.council_periods
            else indicator.ward_periods
        end as period_types
    from {{ ref('stg_indicator') }} as indicator
    cross join {{ ref('stg_area') }} as area
    cross join {{ ref('stg_council') }} as council
    union all
    select
        indicator.indicator_id,
        council.area_code,
        true as is_broken_down,
        indicator.breakdown_periods as period_types
    from {{ ref('stg_indicator') }} as indicator
    cross join {{ ref('stg_council') }} as council
),

period_type as (
    select distinct period_type
    from {{ ref('month_of_period') }}
    union
    select distinct period_type
    from {{ ref('tally') }}
)

select
    scope.indicator_id,
    scope.area_code,
    scope.is_broken_down,
    period_type.period_type
from scope
inner join period_type
    on concat(',', coalesce(scope.period_types, ''), ',') like concat('%,', period_type.period_type, ',%')

with scope as (
    select
        indicator.indicator_id,
        area.area_code,
        replace(
            case
                when area.area_code = council.area_code then coalesce(indicator.council_periods, '')
                else coalesce(indicator.ward_periods, '')
            end,
            ' ', ''
        ) as period_types
    from {{ ref('stg_indicator') }} as indicator
    cross join {{ ref('stg_area') }} as area
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
    period_type.period_type
from scope
inner join period_type
    on concat(',', scope.period_types, ',') like concat('%,', period_type.period_type, ',%')

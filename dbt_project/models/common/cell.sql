with breakdown as (
    select distinct
        indicator_id,
        method_version,
        breakdown,
        breakdown_value
    from {{ ref('measured') }}
)

select
    published_period.indicator_id,
    published_period.method_version,
    published_period.period_type,
    published_period.period_start,
    published_period.period_end,
    published_area.area_code,
    breakdown.breakdown,
    breakdown.breakdown_value,
    indicator.calculation
from {{ ref('stg_indicator') }} as indicator
inner join {{ ref('published_period') }} as published_period
    on indicator.indicator_id = published_period.indicator_id
inner join {{ ref('published_area') }} as published_area
    on
        published_period.indicator_id = published_area.indicator_id
        and published_period.period_type = published_area.period_type
inner join breakdown
    on
        published_period.indicator_id = breakdown.indicator_id
        and published_period.method_version = breakdown.method_version
        and published_area.is_broken_down = (breakdown.breakdown <> 'all')
where indicator.calculation <> 'free'

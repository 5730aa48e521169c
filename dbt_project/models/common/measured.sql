{%- set keys = [
    'indicator_id', 'method_version', 'period_type', 'period_start', 'period_end', 'area_code', 'breakdown',
    'breakdown_value', 'stratum'
] -%}
with tally_of_area as (
    select
        tally.indicator_id,
        tally.method_version,
        tally.period_type,
        tally.period_start,
        tally.period_end,
        area_member.in_area_code as area_code,
        case
            when area_member.in_breakdown = 'all' then tally.breakdown else area_member.in_breakdown
        end as breakdown,
        case
            when area_member.in_breakdown = 'all' then tally.breakdown_value else area_member.in_breakdown_value
        end as breakdown_value,
        tally.stratum,
        tally.measured_value,
        sum(tally.numerator) as numerator,
        sum(tally.denominator) as denominator,
        sum(tally.squared_numerator) as squared_numerator,
        sum(tally.squared_weight) as squared_weight,
        sum(tally.counted) as counted,
        sum(tally.counted_in_numerator) as counted_in_numerator
    from {{ ref('tally') }} as tally
    inner join {{ ref('area_member') }} as area_member
        on
            tally.area_code = area_member.area_code
            -- a group of a group is not published
            and (tally.breakdown = 'all' or area_member.in_breakdown = 'all')
    group by
        tally.indicator_id,
        tally.method_version,
        tally.period_type,
        tally.period_start,
        tally.period_end,
        area_member.in_area_code,
        area_member.in_breakdown,
        area_member.in_breakdown_value,
        tally.breakdown,
        tally.breakdown_value,
        tally.stratum,
        tally.measured_value
),

published_tally as (
    select
        tally_of_area.*,
        published_area.period_type as in_period_type
    from tally_of_area
    inner join {{ ref('published_area') }} as published_area
        on
            tally_of_area.indicator_id = published_area.indicator_id
            and tally_of_area.area_code = published_area.area_code
            and (tally_of_area.breakdown <> 'all') = published_area.is_broken_down
),

tally_of_period as (
    select
        published_tally.*,
        calendar.period_start as in_period_start,
        calendar.period_end as in_period_end
    from published_tally
    inner join {{ ref('month_of_period') }} as calendar
        on
            published_tally.in_period_type = calendar.period_type
            and published_tally.period_start = calendar.month_start
    where published_tally.period_type = 'month'
    union all
    select
        published_tally.*,
        published_tally.period_start as in_period_start,
        published_tally.period_end as in_period_end
    from published_tally
    where
        published_tally.period_type <> 'month'
        and published_tally.period_type = published_tally.in_period_type
),

histogram as (
    select
        tally_of_period.indicator_id,
        tally_of_period.method_version,
        tally_of_period.in_period_type as period_type,
        tally_of_period.in_period_start as period_start,
        tally_of_period.in_period_end as period_end,
        tally_of_period.area_code,
        tally_of_period.breakdown,
        tally_of_period.breakdown_value,
        tally_of_period.stratum,
        tally_of_period.measured_value,
        sum(tally_of_period.numerator) as numerator,
        sum(tally_of_period.denominator) as denominator,
        sum(tally_of_period.squared_numerator) as squared_numerator,
        sum(tally_of_period.squared_weight) as squared_weight,
        sum(tally_of_period.counted) as records,
        sum(tally_of_period.counted_in_numerator) as counted_in_numerator
    from tally_of_period
    group by
        tally_of_period.indicator_id,
        tally_of_period.method_version,
        tally_of_period.in_period_type,
        tally_of_period.in_period_start,
        tally_of_period.in_period_end,
        tally_of_period.area_code,
        tally_of_period.breakdown,
        tally_of_period.breakdown_value,
        tally_of_period.stratum,
        tally_of_period.measured_value
),

histogram_of_values as (
    select
        histogram.*,
        indicator.percentile
    from histogram
    inner join {{ ref('stg_indicator') }} as indicator
        on histogram.indicator_id = indicator.indicator_id
    where histogram.measured_value is not null
),

percentile as (
    {{ percentile_of('histogram_of_values', keys, 'histogram_of_values.percentile') }}
)

select
    {{ columns_of('histogram', keys) }},
    sum(histogram.numerator) as numerator,
    sum(histogram.denominator) as denominator,
    sum(histogram.squared_numerator) as squared_numerator,
    sum(histogram.squared_weight) as squared_weight,
    cast(sum(histogram.records) as bigint) as counted,
    cast(sum(histogram.counted_in_numerator) as bigint) as counted_in_numerator,
    max(percentile.percentile_value) as percentile_value,
    max(percentile.percentile_lower_95) as percentile_lower_95,
    max(percentile.percentile_upper_95) as percentile_upper_95
from histogram
left join percentile
    on
        {{ equal_in('histogram', 'percentile', keys) }}
group by
    {{ columns_of('histogram', keys) }}

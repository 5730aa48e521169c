with tally_of_area as (
    select
        tally.indicator_id,
        tally.method_version,
        tally.period_type,
        tally.period_start,
        tally.period_end,
        area_member.in_area_code as area_code,
        tally.breakdown,
        tally.breakdown_value,
        tally.measured_value,
        sum(tally.numerator) as numerator,
        sum(tally.denominator) as denominator,
        sum(tally.squared_denominator) as squared_denominator,
        sum(tally.counted) as counted,
        sum(tally.counted_in_numerator) as counted_in_numerator
    from {{ ref('tally') }} as tally
    inner join {{ ref('area_member') }} as area_member
        on tally.area_code = area_member.area_code
    group by
        tally.indicator_id,
        tally.method_version,
        tally.period_type,
        tally.period_start,
        tally.period_end,
        area_member.in_area_code,
        tally.breakdown,
        tally.breakdown_value,
        tally.measured_value
),

tally_of_period as (
    select
        tally_of_area.*,
        calendar.period_type as in_period_type,
        calendar.period_start as in_period_start,
        calendar.period_end as in_period_end
    from tally_of_area
    inner join {{ ref('month_of_period') }} as calendar
        on tally_of_area.period_start = calendar.month_start
    where tally_of_area.period_type = 'month'
    union all
    select
        tally_of_area.*,
        tally_of_area.period_type as in_period_type,
        tally_of_area.period_start as in_period_start,
        tally_of_area.period_end as in_period_end
    from tally_of_area
    where tally_of_area.period_type <> 'month'
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
        tally_of_period.measured_value,
        sum(tally_of_period.numerator) as numerator,
        sum(tally_of_period.denominator) as denominator,
        sum(tally_of_period.squared_denominator) as squared_denominator,
        sum(tally_of_period.counted) as records,
        sum(tally_of_period.counted_in_numerator) as counted_in_numerator
    from tally_of_period
    inner join {{ ref('published_area') }} as published_area
        on
            tally_of_period.indicator_id = published_area.indicator_id
            and tally_of_period.area_code = published_area.area_code
            and tally_of_period.in_period_type = published_area.period_type
    group by
        tally_of_period.indicator_id,
        tally_of_period.method_version,
        tally_of_period.in_period_type,
        tally_of_period.in_period_start,
        tally_of_period.in_period_end,
        tally_of_period.area_code,
        tally_of_period.breakdown,
        tally_of_period.breakdown_value,
        tally_of_period.measured_value
),

histogram_of_values as (
    select *
    from histogram
    where measured_value is not null
),

median as (
    {{ median_of('histogram_of_values', [
        'indicator_id', 'method_version', 'period_type', 'period_start', 'period_end', 'area_code', 'breakdown',
        'breakdown_value'
    ]) }}
)

select
    histogram.indicator_id,
    histogram.method_version,
    histogram.period_type,
    histogram.period_start,
    histogram.period_end,
    histogram.area_code,
    histogram.breakdown,
    histogram.breakdown_value,
    sum(histogram.numerator) as numerator,
    sum(histogram.denominator) as denominator,
    sum(histogram.squared_denominator) as squared_denominator,
    cast(sum(histogram.records) as bigint) as counted,
    cast(sum(histogram.counted_in_numerator) as bigint) as counted_in_numerator,
    max(median.median_value) as median_value
from histogram
left join median
    on
        histogram.indicator_id = median.indicator_id
        and histogram.method_version = median.method_version
        and histogram.period_type = median.period_type
        and histogram.period_start = median.period_start
        and histogram.period_end = median.period_end
        and histogram.area_code = median.area_code
        and histogram.breakdown = median.breakdown
        and histogram.breakdown_value = median.breakdown_value
group by
    histogram.indicator_id,
    histogram.method_version,
    histogram.period_type,
    histogram.period_start,
    histogram.period_end,
    histogram.area_code,
    histogram.breakdown,
    histogram.breakdown_value

with counted_record as (
    {{ counted_records() }}
),

indicator as (
    select
        indicator_id,
        calculation
    from {{ ref('stg_indicator') }}
),

placed as (
    select
        counted_record.indicator_id,
        counted_record.method_version,
        counted_record.delivery,
        case
            when counted_record.period_type = 'day' then 'month'
            else counted_record.period_type
        end as period_type,
        case
            when counted_record.period_type = 'day' then {{ first_of_month('counted_record.period_start') }}
            else counted_record.period_start
        end as period_start,
        case
            when counted_record.period_type = 'day' then {{ end_of_month('counted_record.period_end') }}
            else counted_record.period_end
        end as period_end,
        coalesce(area.area_code, council.area_code) as area_code,
        counted_record.breakdown,
        counted_record.breakdown_value,
        counted_record.stratum,
        case when indicator.calculation in ('median', 'percentile') then counted_record.numerator end as measured_value,
        -- 19 digits, not 18: DuckDB then has room for the product of an amount of money
        counted_record.weight * cast(counted_record.numerator as decimal(19, 6)) as numerator,
        counted_record.weight * cast(counted_record.denominator as decimal(19, 6)) as denominator,
        -- squares only where an interval needs them: those of an amount of money would be too large a number
        case
            when indicator.calculation = 'mean'
                then cast(counted_record.numerator as decimal(19, 6)) * cast(counted_record.numerator as decimal(19, 6))
            else 0
        end as squared_numerator,
        case
            when indicator.calculation = 'percentage'
                then
                    cast(counted_record.weight * cast(counted_record.denominator as decimal(19, 6)) as decimal(19, 6))
                    * cast(counted_record.weight as decimal(19, 6))
            else 0
        end as squared_weight,
        case
            when indicator.calculation in ('percentage', 'ratio') and counted_record.numerator = 0 then 0
            else 1
        end as counted_in_numerator,
        counted_record.period_start as first_date,
        counted_record.period_end as last_date
    from counted_record
    inner join indicator
        on counted_record.indicator_id = indicator.indicator_id
    left join {{ ref('stg_area') }} as area
        on counted_record.area_code = area.area_code
    cross join {{ ref('stg_council') }} as council
)

select
    indicator_id,
    method_version,
    delivery,
    period_type,
    period_start,
    period_end,
    area_code,
    breakdown,
    breakdown_value,
    stratum,
    measured_value,
    cast(sum(numerator) as decimal(38, 12)) as numerator,
    cast(sum(denominator) as decimal(38, 12)) as denominator,
    cast(sum(squared_numerator) as decimal(38, 12)) as squared_numerator,
    cast(sum(squared_weight) as decimal(38, 12)) as squared_weight,
    count(*) as counted,
    cast(sum(counted_in_numerator) as bigint) as counted_in_numerator,
    min(first_date) as first_date,
    max(last_date) as last_date
from placed
group by
    indicator_id,
    method_version,
    delivery,
    period_type,
    period_start,
    period_end,
    area_code,
    breakdown,
    breakdown_value,
    stratum,
    measured_value

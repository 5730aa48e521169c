with council as (
    select
        area_code,
        as_of,
        provisional_days
    from {{ ref('stg_council') }}
),

indicator as (
    select
        indicator_id,
        measure,
        multiplier,
        about_people
    from {{ ref('stg_indicator') }}
),

breakdown as (
    select distinct
        indicator_id,
        method_version,
        breakdown,
        breakdown_value
    from {{ ref('tally') }}
),

cell as (
    select
        indicator.indicator_id,
        indicator.measure,
        indicator.multiplier,
        indicator.about_people,
        published_period.method_version,
        published_period.period_type,
        published_period.period_start,
        published_period.period_end,
        published_area.area_code,
        breakdown.breakdown,
        breakdown.breakdown_value
    from indicator
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
),

area_and_day as (
    select distinct
        area_code,
        period_end
    from cell
),

latest_mid_year as (
    select
        area_and_day.area_code,
        area_and_day.period_end,
        max(residents.year) as year
    from area_and_day
    inner join {{ ref('residents') }} as residents
        on
            area_and_day.area_code = residents.area_code
            and (
                residents.year < extract(year from area_and_day.period_end)
                or (
                    residents.year = extract(year from area_and_day.period_end)
                    and extract(month from area_and_day.period_end) >= 6
                )
            )
    group by
        area_and_day.area_code,
        area_and_day.period_end
),

filled_cell as (
    select
        cell.*,
        measured.median_value,
        residents.population,
        coalesce(measured.numerator, 0) as summed_numerator,
        coalesce(measured.denominator, 0) as summed_denominator,
        coalesce(measured.squared_denominator, 0) as squared_denominator,
        coalesce(measured.counted, 0) as counted,
        coalesce(measured.counted_in_numerator, 0) as counted_in_numerator
    from cell
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
    left join latest_mid_year
        on
            cell.area_code = latest_mid_year.area_code
            and cell.period_end = latest_mid_year.period_end
    left join {{ ref('residents') }} as residents
        on
            latest_mid_year.area_code = residents.area_code
            and latest_mid_year.year = residents.year
),

fraction as (
    select
        filled_cell.*,
        cast(
            case when filled_cell.measure <> 'median' then filled_cell.summed_numerator end as double
        ) as numerator,
        cast(
            case
                when filled_cell.measure = 'rate' then filled_cell.population
                when filled_cell.measure = 'median' then filled_cell.counted
                when filled_cell.measure not in ('count', 'sum') then filled_cell.summed_denominator
            end as double
        ) as denominator
    from filled_cell
),

calculated as (
    select
        fraction.*,
        case
            when fraction.measure in ('count', 'sum') then fraction.multiplier * fraction.numerator
            when fraction.measure = 'median' then fraction.multiplier * cast(fraction.median_value as double)
            else fraction.multiplier * fraction.numerator / nullif(fraction.denominator, 0)
        end as value,
        case
            when fraction.measure = 'percentage' then fraction.numerator / nullif(fraction.denominator, 0)
        end as proportion,
        cast(fraction.summed_denominator as double) * cast(fraction.summed_denominator as double)
        / nullif(cast(fraction.squared_denominator as double), 0) as effective_base
    from fraction
),

figure as (
    select
        calculated.indicator_id,
        calculated.method_version,
        calculated.period_type,
        calculated.period_start,
        calculated.period_end,
        calculated.area_code,
        calculated.breakdown,
        calculated.breakdown_value,
        calculated.numerator,
        calculated.denominator,
        calculated.value,
        calculated.multiplier
        * {{ wilson_limit('calculated.proportion', 'calculated.effective_base', 'lower') }} as lower_95,
        calculated.multiplier
        * {{ wilson_limit('calculated.proportion', 'calculated.effective_base', 'upper') }} as upper_95,
        case
            when council.as_of < {{ days_after('calculated.period_end', 'council.provisional_days') }}
                then 'provisional'
            else 'final'
        end as value_status,
        case
            when calculated.measure = 'rate' and calculated.population is null then 'x'
            when calculated.value is null then 'z'
        end as value_note,
        calculated.counted,
        case
            when calculated.measure in ('percentage', 'ratio') then calculated.counted_in_numerator
        end as counted_in_numerator,
        case
            when calculated.measure in ('percentage', 'ratio') then calculated.counted - calculated.counted_in_numerator
        end as counted_out,
        calculated.about_people
    from calculated
    cross join council
),

reported_figure as (
    select
        reported.indicator_id,
        1 as method_version,
        reported.period_type,
        reported.period_start,
        reported.period_end,
        reported.area_code,
        'all' as breakdown,
        'all' as breakdown_value,
        reported.numerator,
        reported.denominator,
        reported.value,
        cast(null as double) as lower_95,
        cast(null as double) as upper_95,
        'final' as value_status,
        reported.value_note,
        cast(round(reported.denominator, 0) as bigint) as counted,
        cast(round(reported.numerator, 0) as bigint) as counted_in_numerator,
        cast(round(reported.denominator - reported.numerator, 0) as bigint) as counted_out,
        indicator.about_people
    from {{ ref('stg_reported_figure') }} as reported
    inner join indicator
        on
            reported.indicator_id = indicator.indicator_id
            and indicator.measure = 'reported'
    inner join {{ ref('stg_area') }} as area
        on reported.area_code = area.area_code
),

every_figure as (
    select *
    from figure
    union all
    select *
    from reported_figure
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
    {{ as_figure('numerator') }} as numerator,
    {{ as_figure('denominator') }} as denominator,
    {{ as_figure('value') }} as value,
    {{ as_figure('lower_95') }} as lower_95,
    {{ as_figure('upper_95') }} as upper_95,
    value_status,
    value_note,
    counted,
    counted_in_numerator,
    counted_out,
    about_people
from every_figure

{%- set keys = [
    'indicator_id', 'method_version', 'period_type', 'period_start', 'period_end', 'area_code', 'breakdown',
    'breakdown_value'
] -%}
with council as (
    select
        as_of,
        provisional_days
    from {{ ref('stg_council') }}
),

indicator as (
    select
        indicator_id,
        measure,
        multiplier,
        weighted,
        base_year_start,
        about_people,
        coalesce(provisional_days, (select council.provisional_days from council)) as provisional_days
    from {{ ref('stg_indicator') }}
),

measured_in_all as (
    select
        {{ keys | join(', ') }},
        sum(numerator) as numerator,
        sum(denominator) as denominator,
        sum(squared_numerator) as squared_numerator,
        sum(squared_weight) as squared_weight,
        cast(sum(counted) as bigint) as counted,
        cast(sum(counted_in_numerator) as bigint) as counted_in_numerator,
        max(percentile_value) as percentile_value,
        max(percentile_lower_95) as percentile_lower_95,
        max(percentile_upper_95) as percentile_upper_95
    from {{ ref('measured') }}
    group by
        {{ keys | join(', ') }}
),

-- whether each row of a method is one case below the line, or one event above it, and not an amount
kind_of_rows as (
    select
        indicator_id,
        method_version,
        min(case when denominator = counted then 1 else 0 end) = 1 as are_cases,
        min(case when numerator = counted then 1 else 0 end) = 1 as are_events
    from measured_in_all
    group by
        indicator_id,
        method_version
),

filled_cell as (
    select
        cell.*,
        indicator.measure,
        indicator.multiplier,
        indicator.base_year_start,
        standardised.rate as standardised_rate,
        standardised.variance as standardised_variance,
        cast(standardised.events as double) as standardised_events,
        cast(measured.percentile_value as double) as percentile_value,
        cast(measured.percentile_lower_95 as double) as percentile_lower_95,
        cast(measured.percentile_upper_95 as double) as percentile_upper_95,
        cast(coalesce(standardised.population, residents_of_period.population) as double) as population,
        coalesce(measured.numerator, 0) as summed_numerator,
        coalesce(measured.denominator, 0) as summed_denominator,
        coalesce(measured.squared_weight, 0) as squared_weight,
        coalesce(measured.counted, 0) as counted,
        coalesce(measured.counted_in_numerator, 0) as counted_in_numerator,
        coalesce(measured.counted - measured.counted_in_numerator, 0) as counted_out,
        not indicator.weighted and kind_of_rows.are_cases as is_of_cases,
        not indicator.weighted and kind_of_rows.are_events as is_of_events,
        case
            when cell.calculation = 'mean'
                then {{ standard_deviation('measured.numerator', 'measured.squared_numerator', 'measured.counted') }}
        end as deviation
    from {{ ref('cell') }} as cell
    inner join indicator
        on cell.indicator_id = indicator.indicator_id
    left join kind_of_rows
        on
            cell.indicator_id = kind_of_rows.indicator_id
            and cell.method_version = kind_of_rows.method_version
    left join measured_in_all as measured
        on
            {{ equal_in('cell', 'measured', keys) }}
    left join {{ ref('residents_of_period') }} as residents_of_period
        on
            cell.area_code = residents_of_period.area_code
            and cell.breakdown = residents_of_period.breakdown
            and cell.breakdown_value = residents_of_period.breakdown_value
            and cell.period_start = residents_of_period.period_start
            and cell.period_end = residents_of_period.period_end
            and cell.calculation = 'rate'
            and residents_of_period.stratum = 'all'
    left join {{ ref('standardised') }} as standardised
        on
            {{ equal_in('cell', 'standardised', keys) }}
),

fraction as (
    select
        filled_cell.*,
        cast(
            case
                when filled_cell.calculation = 'standardised_rate' then filled_cell.standardised_events
                when filled_cell.calculation not in ('median', 'percentile') then filled_cell.summed_numerator
            end as double
        ) as numerator,
        cast(
            case
                when filled_cell.calculation in ('rate', 'standardised_rate') then filled_cell.population
                when filled_cell.calculation in ('median', 'percentile') then filled_cell.counted
                when filled_cell.calculation not in ('count', 'sum') then filled_cell.summed_denominator
            end as double
        ) as denominator,
        cast(filled_cell.summed_denominator as double) * cast(filled_cell.summed_denominator as double)
        / nullif(cast(filled_cell.squared_weight as double), 0) as effective_base
    from filled_cell
),

calculated as (
    select
        fraction.*,
        case
            when fraction.calculation in ('count', 'sum') then fraction.numerator
            when fraction.calculation in ('median', 'percentile') then fraction.percentile_value
            -- fewer events say nothing about single age groups
            when fraction.calculation = 'standardised_rate'
                then case when fraction.numerator >= 10 then fraction.standardised_rate end
            else fraction.numerator / nullif(fraction.denominator, 0)
        end as plain_value
    from fraction
),

limited as (
    select
        calculated.*,
        {{ limit_of_figure('calculated', 'lower') }} as plain_lower_95,
        {{ limit_of_figure('calculated', 'upper') }} as plain_upper_95
    from calculated
),

-- what each figure of an index is compared with: its like in the base year, from the same month to the same month
base_figure as (
    select
        {{ columns_of('limited', keys) }},
        min_by(base.plain_value, base.period_start) as plain_value,
        min_by(base.counted, base.period_start) as counted,
        min_by(base.counted_in_numerator, base.period_start) as counted_in_numerator,
        min_by(base.counted_out, base.period_start) as counted_out
    from limited
    inner join limited as base
        on
            limited.indicator_id = base.indicator_id
            and limited.method_version = base.method_version
            and limited.period_type = base.period_type
            and limited.area_code = base.area_code
            and limited.breakdown = base.breakdown
            and limited.breakdown_value = base.breakdown_value
            and limited.base_year_start <= base.period_start
            and {{ months_after('limited.base_year_start', 12) }} > base.period_start
            and (
                limited.period_type not in ('month', 'quarter', 'year_to_date', 'rolling_12_months', 'point')
                or (
                    extract(month from limited.period_start) = extract(month from base.period_start)
                    and extract(month from limited.period_end) = extract(month from base.period_end)
                )
            )
    where limited.measure = 'index'
    group by
        {{ columns_of('limited', keys) }}
),

figure as (
    select
        {{ columns_of('limited', keys) }},
        case when limited.measure = 'index' then limited.plain_value else limited.numerator end as numerator,
        case when limited.measure = 'index' then base_figure.plain_value else limited.denominator end as denominator,
        case
            when limited.measure = 'index' then 100 * limited.plain_value / nullif(base_figure.plain_value, 0)
            else limited.multiplier * limited.plain_value
        end as value,
        case when limited.measure <> 'index' then limited.multiplier * limited.plain_lower_95 end as lower_95,
        case when limited.measure <> 'index' then limited.multiplier * limited.plain_upper_95 end as upper_95,
        case
            when limited.calculation in ('rate', 'standardised_rate') and limited.population is null then 'x'
            when limited.calculation = 'standardised_rate' and limited.numerator < 10 then 'x'
            when limited.measure = 'index' and base_figure.plain_value is null then 'x'
        end as missing_note,
        -- an index shows its base, so it rests on the smallest of all counts of both
        case
            when limited.measure = 'index'
                then
                    coalesce(
                        least(
                            nullif(limited.counted, 0), nullif(base_figure.counted, 0),
                            nullif(limited.counted_in_numerator, 0), nullif(base_figure.counted_in_numerator, 0),
                            nullif(limited.counted_out, 0), nullif(base_figure.counted_out, 0)
                        ), 0
                    )
            else limited.counted
        end as counted,
        case
            when limited.measure in ('percentage', 'ratio') then limited.counted_in_numerator
        end as counted_in_numerator,
        case when limited.measure in ('percentage', 'ratio') then limited.counted_out end as counted_out,
        limited.calculation in ('rate', 'standardised_rate') as is_of_residents
    from limited
    left join base_figure
        on
            {{ equal_in('limited', 'base_figure', keys) }}
),

free_figure as (
    {{ free_figures() }}
),

published_free_figure as (
    select
        free_figure.*,
        area.area_code as published_area_code
    from free_figure
    inner join {{ ref('published_period') }} as published_period
        on
            free_figure.indicator_id = published_period.indicator_id
            and free_figure.method_version = published_period.method_version
            and free_figure.period_type = published_period.period_type
            and free_figure.period_start = published_period.period_start
            and free_figure.period_end = published_period.period_end
    inner join {{ ref('published_area') }} as area
        on
            free_figure.indicator_id = area.indicator_id
            and free_figure.area_code = area.area_code
            and free_figure.period_type = area.period_type
            and (free_figure.breakdown <> 'all') = area.is_broken_down
),

worked_out_figure as (
    select *
    from figure
    union all
    select
        {{ keys | join(', ') }},
        numerator,
        denominator,
        value,
        lower_95,
        upper_95,
        cast(null as varchar) as missing_note,
        counted,
        cast(null as bigint) as counted_in_numerator,
        cast(null as bigint) as counted_out,
        false as is_of_residents
    from published_free_figure
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
        cast(round(reported.denominator, 0) as bigint) as counted_below,
        indicator.about_people
    from {{ ref('ready_made_figure') }} as reported
    inner join indicator
        on
            reported.indicator_id = indicator.indicator_id
            and indicator.measure = 'reported'
    inner join {{ ref('stg_area') }} as area
        on reported.area_code = area.area_code
),

every_figure as (
    select
        {{ columns_of('worked_out_figure', keys) }},
        worked_out_figure.numerator,
        worked_out_figure.denominator,
        worked_out_figure.value,
        worked_out_figure.lower_95,
        worked_out_figure.upper_95,
        case
            when council.as_of < {{ days_after('worked_out_figure.period_end', 'indicator.provisional_days') }}
                then 'provisional'
            else 'final'
        end as value_status,
        case
            when worked_out_figure.value is null then coalesce(worked_out_figure.missing_note, 'z')
        end as value_note,
        worked_out_figure.counted,
        worked_out_figure.counted_in_numerator,
        worked_out_figure.counted_out,
        case when not worked_out_figure.is_of_residents then worked_out_figure.counted end as counted_below,
        indicator.about_people
    from worked_out_figure
    inner join indicator
        on worked_out_figure.indicator_id = indicator.indicator_id
    cross join council
    union all
    select *
    from reported_figure
)

select
    {{ keys | join(', ') }},
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
    counted_below,
    about_people
from every_figure

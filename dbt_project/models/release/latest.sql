with headline as (
    select
        observation.indicator_id,
        observation.method_version,
        observation.period_type,
        observation.period_start,
        observation.period_end,
        observation.area_code,
        observation.value,
        observation.lower_95,
        observation.upper_95,
        observation.value_status,
        observation.value_note,
        lag(observation.period_start) over earlier_periods as previous_start,
        lag(observation.period_end) over earlier_periods as previous_end,
        lag(observation.value) over earlier_periods as previous_value,
        lag(observation.value_note) over earlier_periods as previous_note
    from {{ source('safe', 'observation') }} as observation
    inner join {{ source('safe', 'indicator') }} as indicator
        on
            observation.indicator_id = indicator.indicator_id
            and observation.method_version = indicator.latest_version
    inner join {{ source('safe', 'area') }} as area
        on observation.area_code = area.area_code
    where
        area.area_type = 'council'
        and observation.breakdown = 'all'
        and observation.period_type not in ('year_to_date', 'rolling_12_months')
    window earlier_periods as (
        partition by observation.indicator_id, observation.period_type
        order by observation.period_end
    )
),

latest_figure as (
    select *
    from headline
    qualify
        row_number() over (
            partition by indicator_id
            order by period_end desc, period_start desc, period_type asc
        ) = 1
),

fitting_target as (
    select
        latest_figure.indicator_id,
        target.period_type,
        target.period_start,
        target.period_end,
        target.target,
        target.tolerance
    from latest_figure
    inner join {{ source('safe', 'indicator') }} as indicator
        on latest_figure.indicator_id = indicator.indicator_id
    inner join {{ source('safe', 'target') }} as target
        on
            latest_figure.indicator_id = target.indicator_id
            and latest_figure.period_start >= target.period_start
            and latest_figure.period_end <= target.period_end
            and (
                latest_figure.period_type = target.period_type
                or indicator.measure not in ('count', 'sum', 'rate')
            )
    qualify
        row_number() over (
            partition by latest_figure.indicator_id
            order by target.period_start desc, target.period_end asc, target.period_type asc
        ) = 1
),

latest_comparison as (
    select
        comparator.indicator_id,
        comparator.comparator_group,
        comparator.period_type,
        comparator.period_start,
        comparator.period_end,
        {{ as_figure('median(comparator.value)') }} as comparator_median,
        count(comparator.value) as comparator_areas
    from {{ source('safe', 'comparator') }} as comparator
    inner join {{ source('safe', 'adoption') }} as adoption
        on
            comparator.indicator_id = adoption.indicator_id
            and comparator.comparator_group = adoption.comparator_group
    where comparator.value is not null
    group by
        comparator.indicator_id,
        comparator.comparator_group,
        comparator.period_type,
        comparator.period_start,
        comparator.period_end
    qualify
        row_number() over (
            partition by comparator.indicator_id
            order by comparator.period_end desc, comparator.period_start desc, comparator.period_type asc
        ) = 1
)

select
    indicator.indicator_id,
    indicator.title,
    indicator.service,
    adoption.owner,
    indicator.unit,
    indicator.polarity,
    latest_figure.area_code,
    latest_figure.period_type,
    period.label as period_label,
    latest_figure.period_start,
    latest_figure.period_end,
    latest_figure.value,
    latest_figure.lower_95,
    latest_figure.upper_95,
    latest_figure.value_status,
    latest_figure.value_note,
    previous_period.label as previous_label,
    latest_figure.previous_value,
    latest_figure.previous_note,
    {{ as_figure('latest_figure.value - latest_figure.previous_value') }} as change_since_previous,
    fitting_target.target,
    fitting_target.tolerance,
    target_period.label as target_label,
    latest_comparison.comparator_group,
    latest_comparison.comparator_median,
    latest_comparison.comparator_areas,
    comparator_period.label as comparator_label,
    latest_figure.method_version
from {{ source('safe', 'indicator') }} as indicator
left join {{ source('safe', 'adoption') }} as adoption
    on indicator.indicator_id = adoption.indicator_id
left join latest_figure
    on indicator.indicator_id = latest_figure.indicator_id
left join {{ source('safe', 'period') }} as period
    on
        latest_figure.period_type = period.period_type
        and latest_figure.period_start = period.period_start
        and latest_figure.period_end = period.period_end
left join {{ source('safe', 'period') }} as previous_period
    on
        latest_figure.period_type = previous_period.period_type
        and latest_figure.previous_start = previous_period.period_start
        and latest_figure.previous_end = previous_period.period_end
left join fitting_target
    on indicator.indicator_id = fitting_target.indicator_id
left join {{ source('safe', 'period') }} as target_period
    on
        fitting_target.period_type = target_period.period_type
        and fitting_target.period_start = target_period.period_start
        and fitting_target.period_end = target_period.period_end
left join latest_comparison
    on indicator.indicator_id = latest_comparison.indicator_id
left join {{ source('safe', 'period') }} as comparator_period
    on
        latest_comparison.period_type = comparator_period.period_type
        and latest_comparison.period_start = comparator_period.period_start
        and latest_comparison.period_end = comparator_period.period_end

{{ config(materialized='view', tags=['release']) }}

with figure as (
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
        observation.value_note,
        period.label,
        period.financial_year,
        {{ months_after('observation.period_start', -12) }} as year_ago_start,
        {{ end_of_month(months_after('observation.period_end', -12)) }} as year_ago_end,
        lag(observation.period_start) over (
            partition by
                observation.indicator_id, observation.method_version, observation.period_type, observation.area_code
            order by observation.period_end, observation.period_start
        ) as earlier_start,
        lag(observation.period_end) over (
            partition by
                observation.indicator_id, observation.method_version, observation.period_type, observation.area_code
            order by observation.period_end, observation.period_start
        ) as earlier_end
    from {{ ref('safe_observation') }} as observation
    inner join {{ ref('period') }} as period
        on
            observation.period_type = period.period_type
            and observation.period_start = period.period_start
            and observation.period_end = period.period_end
    where observation.breakdown = 'all'
),

dated as (
    select
        figure.*,
        case
            when figure.period_type = 'year_to_date' then figure.year_ago_start
            when
                figure.period_type not in ('month', 'quarter', 'financial_year', 'calendar_year', 'academic_year')
                or figure.earlier_end = {{ days_after('figure.period_start', -1) }}
                then figure.earlier_start
        end as compared_start,
        case
            when figure.period_type = 'year_to_date' then figure.year_ago_end
            else figure.earlier_end
        end as compared_end
    from figure
)

select
    figure.indicator_id,
    figure.method_version,
    figure.period_type,
    figure.period_start,
    figure.period_end,
    figure.area_code,
    figure.label,
    figure.financial_year,
    figure.value,
    figure.lower_95,
    figure.upper_95,
    figure.value_note,
    previous.period_start as previous_start,
    previous.period_end as previous_end,
    previous.label as previous_label,
    previous.value as previous_value,
    previous.lower_95 as previous_lower_95,
    previous.upper_95 as previous_upper_95,
    previous.value_note as previous_note,
    year_ago.period_start as year_ago_start,
    year_ago.period_end as year_ago_end,
    year_ago.label as year_ago_label,
    year_ago.value as year_ago_value,
    year_ago.lower_95 as year_ago_lower_95,
    year_ago.upper_95 as year_ago_upper_95
from dated as figure
left join figure as previous
    on
        figure.indicator_id = previous.indicator_id
        and figure.method_version = previous.method_version
        and figure.period_type = previous.period_type
        and figure.area_code = previous.area_code
        and figure.compared_start = previous.period_start
        and figure.compared_end = previous.period_end
left join figure as year_ago
    on
        figure.indicator_id = year_ago.indicator_id
        and figure.method_version = year_ago.method_version
        and figure.period_type = year_ago.period_type
        and figure.area_code = year_ago.area_code
        and figure.year_ago_start = year_ago.period_start
        and figure.year_ago_end = year_ago.period_end

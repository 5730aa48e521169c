{%- set period = ['indicator_id', 'method_version', 'period_type', 'period_start', 'period_end'] -%}
with group_figure as (
    select
        {{ columns_of('observation', period) }},
        observation.breakdown,
        observation.breakdown_value as group_value,
        observation.breakdown_value as group_name,
        observation.value,
        observation.lower_95,
        observation.upper_95
    from {{ source('safe', 'observation') }} as observation
    where
        observation.breakdown <> 'all'
        and observation.breakdown_value <> 'not recorded'
    union all
    select
        {{ columns_of('observation', period) }},
        'ward' as breakdown,
        area.area_code as group_value,
        area.area_name as group_name,
        observation.value,
        observation.lower_95,
        observation.upper_95
    from {{ source('safe', 'observation') }} as observation
    inner join {{ source('safe', 'area') }} as area
        on
            observation.area_code = area.area_code
            and area.area_type = 'ward'
    where observation.breakdown = 'all'
),

judged as (
    select
        group_figure.*,
        indicator.polarity,
        indicator.unit,
        indicator.decimals,
        case when indicator.polarity = 'low' then -group_figure.value else group_figure.value end as goodness
    from group_figure
    inner join {{ source('safe', 'indicator') }} as indicator
        on group_figure.indicator_id = indicator.indicator_id
    where
        group_figure.value is not null
        -- how many there are, and how much in all, is a matter of a group's size
        and indicator.measure not in ('count', 'sum')
),

ranked as (
    select
        judged.*,
        count(*) over (partition by {{ columns_of('judged', period) }}, judged.breakdown) as groups_compared,
        row_number() over (
            partition by {{ columns_of('judged', period) }}, judged.breakdown
            order by judged.goodness desc, judged.group_value asc
        ) as best_rank,
        row_number() over (
            partition by {{ columns_of('judged', period) }}, judged.breakdown
            order by judged.goodness asc, judged.group_value asc
        ) as worst_rank
    from judged
),

pair as (
    select
        {{ columns_of('best', period) }},
        best.breakdown,
        best.groups_compared,
        best.polarity,
        best.unit,
        best.decimals,
        best.group_value as best_group,
        best.group_name as best_name,
        best.value as best_value,
        worst.group_value as worst_group,
        worst.group_name as worst_name,
        worst.value as worst_value,
        best.value >= worst.value as best_is_higher,
        -- how far each figure's own limits are from it, downwards and upwards
        cast(best.value - best.lower_95 as double) as best_down,
        cast(best.upper_95 - best.value as double) as best_up,
        cast(worst.value - worst.lower_95 as double) as worst_down,
        cast(worst.upper_95 - worst.value as double) as worst_up
    from ranked as best
    inner join ranked as worst
        on
            {{ equal_in('best', 'worst', period) }}
            and best.breakdown = worst.breakdown
    where
        best.best_rank = 1
        and worst.worst_rank = 1
        and best.groups_compared >= 2
),

measured as (
    select
        pair.*,
        cast(abs(pair.best_value - pair.worst_value) as double) as gap,
        -- towards each other, and away from each other
        case
            when pair.best_is_higher then sqrt(pair.best_down * pair.best_down + pair.worst_up * pair.worst_up)
            else sqrt(pair.best_up * pair.best_up + pair.worst_down * pair.worst_down)
        end as gap_down,
        case
            when pair.best_is_higher then sqrt(pair.best_up * pair.best_up + pair.worst_down * pair.worst_down)
            else sqrt(pair.best_down * pair.best_down + pair.worst_up * pair.worst_up)
        end as gap_up
    from pair
),

limited as (
    select
        measured.*,
        measured.gap - measured.gap_down as gap_lower_95,
        measured.gap + measured.gap_up as gap_upper_95
    from measured
),

worded as (
    select
        limited.*,
        {{ as_shown('limited.best_value', 'limited.decimals') }} as best_value_shown,
        {{ as_shown('limited.worst_value', 'limited.decimals') }} as worst_value_shown,
        {{ as_shown('limited.gap', 'limited.decimals') }} as gap_shown,
        {{ as_shown('limited.gap_lower_95', 'limited.decimals') }} as gap_lower_95_shown,
        {{ as_shown('limited.gap_upper_95', 'limited.decimals') }} as gap_upper_95_shown
    from limited
)

select
    {{ period | join(', ') }},
    breakdown,
    cast(groups_compared as integer) as groups_compared,
    best_group,
    {{ as_figure('best_value') }} as best_value,
    worst_group,
    {{ as_figure('worst_value') }} as worst_value,
    {{ as_figure('gap') }} as gap,
    {{ as_figure('gap_lower_95') }} as gap_lower_95,
    {{ as_figure('gap_upper_95') }} as gap_upper_95,
    case
        when gap = 0
            then concat(
                'The groups by ', replace(breakdown, '_', ' '), ' all have the same figure (', best_value_shown, ' ',
                unit, ').'
            )
        else concat(
            'Of the groups by ', replace(breakdown, '_', ' '), ', ', best_name,
            case when polarity = 'neutral' then ' has the highest figure (' else ' does best (' end,
            best_value_shown, ' ', unit, ') and ', worst_name,
            case when polarity = 'neutral' then ' the lowest (' else ' worst (' end,
            worst_value_shown, '): a gap of ', gap_shown,
            case
                when gap_lower_95 is not null
                    then concat(', 95 % limits ', gap_lower_95_shown, ' to ', gap_upper_95_shown)
                else ''
            end,
            case when gap_lower_95 <= 0 then ', which may be chance.' else '.' end
        )
    end as reading
from worded

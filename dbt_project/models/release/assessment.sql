{%- set of_target = ['indicator_id', 'period_type', 'period_start', 'period_end'] -%}
{%- set of_period = of_target + ['method_version'] -%}
{%- set of_figure = of_period + ['area_code'] -%}
{#- Whether a target's change is one from the year before, and the period before is another. -#}
{%- set is_on_year -%}
coalesce(
            target.comparator = 'same_period_last_year'
            and figure.period_type in ('month', 'quarter', 'rolling_12_months'), false
        )
{%- endset -%}
with figure as (
    select
        headline.*,
        indicator.measure,
        indicator.polarity,
        indicator.unit,
        indicator.decimals,
        indicator.service,
        adoption.comparator_group as adopted_group,
        headline.area_code = council.area_code as is_council,
        coalesce(adoption.no_change_band, council.no_change_band) as no_change_band,
        cast(
            12 * (extract(year from headline.period_end) - extract(year from headline.period_start))
            + extract(month from headline.period_end) - extract(month from headline.period_start) + 1
            as integer
        ) as months
    from {{ ref('headline') }} as headline
    inner join {{ ref('indicator') }} as indicator
        on headline.indicator_id = indicator.indicator_id
    left join {{ ref('adoption') }} as adoption
        on headline.indicator_id = adoption.indicator_id
    cross join {{ ref('stg_council') }} as council
    -- a ward's month or quarter has too few cases to be judged by
    where headline.area_code = council.area_code or headline.period_type not in ('month', 'quarter')
),

suspension as (
    select
        {{ columns_of('figure', of_figure) }},
        min_by(
            event.title || ' (' || {{ date_text('event.starts_on') }}
            || coalesce(' to ' || {{ date_text('event.ends_on') }}, ' and since') || ')',
            event.event_id
        ) as suspended_because
    from figure
    inner join {{ ref('event') }} as event
        on
            figure.is_council
            and event.kind = 'suspension'
            and figure.period_start >= event.starts_on
            and (event.ends_on is null or figure.period_end <= event.ends_on)
            and (event.indicator_id is null or figure.indicator_id = event.indicator_id)
            and (event.service is null or figure.service = event.service)
    group by
        {{ columns_of('figure', of_figure) }}
),

peer as (
    select comparison.*
    from {{ ref('comparison') }} as comparison
    left join {{ ref('adoption') }} as adoption
        on comparison.indicator_id = adoption.indicator_id
    where
        comparison.comparator_kind not in ('previous_period', 'same_period_last_year')
        and (
            comparison.comparator_group = adoption.comparator_group
            or (adoption.comparator_group is null and comparison.comparator_kind = 'statistical_neighbours')
        )
    qualify
        row_number() over (
            partition by
                {{ columns_of('comparison', of_period) }}
            order by comparison.comparator_group asc nulls last
        ) = 1
),

group_gap as (
    select equity.*
    from {{ ref('equity') }} as equity
    qualify
        row_number() over (
            partition by
                {{ columns_of('equity', of_period) }}
            order by
                equity.breakdown = 'ward' asc nulls last,
                coalesce(equity.gap_lower_95 > 0, false) desc nulls last,
                equity.gap desc nulls last,
                equity.breakdown asc nulls last
        ) = 1
),

target_in_force as (
    select *
    from {{ ref('target') }}
    where is_in_force
),

late_target as (
    select
        indicator_id,
        period_type,
        period_start,
        period_end,
        min(agreed_on) as agreed_on
    from {{ ref('target') }}
    group by
        indicator_id,
        period_type,
        period_start,
        period_end
    having count(case when is_in_force then 1 end) = 0 and min(agreed_on) > period_end
),

target_comparator as (
    select
        target.indicator_id,
        comparison.method_version,
        target.period_type,
        target.period_start,
        target.period_end,
        min_by(comparison.comparator_value, comparison.comparator_group) as comparator_value
    from target_in_force as target
    inner join {{ ref('comparison') }} as comparison
        on
            {{ equal_in('target', 'comparison', of_target) }}
            and target.comparator = comparison.comparator_kind
    group by
        target.indicator_id,
        comparison.method_version,
        target.period_type,
        target.period_start,
        target.period_end
),

placed as (
    select
        figure.*,
        suspension.suspended_because,
        late_target.agreed_on as late_agreed_on,
        target.target_version,
        target.target_kind,
        target.target,
        target.target_words,
        target.tolerance,
        target.tolerance_type,
        target.minimum,
        target.stretch,
        target.agreed_by,
        target.agreed_on,
        target.due_on,
        target.direction as target_direction,
        target.relation,
        target.amount is null as by_any_amount,
        target.comparator as target_comparator,
        target.not_measurable_because,
        target.at_least as target_at_least,
        target.at_most as target_at_most,
        target.place as target_place,
        target.is_strict as target_is_strict,
        peer.comparator_group as peer_group,
        peer.areas as peers,
        peer.comparator_value as peer_median,
        peer.distance as peer_distance,
        peer.peer_rank,
        peer.peer_quartile,
        peer.by_interval,
        peer.standing as peer_standing,
        peer.sentence as peer_sentence,
        group_gap.breakdown as gap_breakdown,
        group_gap.gap as group_gap,
        group_gap.reading as gap_sentence,
        {{ is_on_year }} as is_on_year,
        case
            when {{ is_on_year }} then figure.year_ago_value
            when target.target_kind = 'change' then figure.previous_value
            when target.target_kind = 'comparator' and target.comparator = 'peers' then peer.comparator_value
            when target.target_kind = 'comparator' then target_comparator.comparator_value
        end as base_value,
        case
            when target.amount_type = 'relative'
                then
                    abs(case when {{ is_on_year }} then figure.year_ago_value else figure.previous_value end)
                    * target.amount / 100
            else coalesce(target.amount, 0)
        end as amount
    from figure
    left join suspension
        on
            {{ equal_in('figure', 'suspension', of_figure) }}
    left join target_in_force as target
        on
            figure.is_council
            and {{ equal_in('figure', 'target', of_target) }}
    left join late_target
        on
            {{ equal_in('figure', 'late_target', of_target) }}
    left join peer
        on
            figure.is_council
            and {{ equal_in('figure', 'peer', of_period) }}
    left join group_gap
        on
            figure.is_council
            and {{ equal_in('figure', 'group_gap', of_period) }}
    left join target_comparator
        on
            figure.is_council
            and {{ equal_in('figure', 'target_comparator', of_period) }}
),

bounded as (
    select
        placed.*,
        case
            when placed.target_kind = 'level' then placed.target_at_least
            when placed.target_direction = 'increase' then placed.base_value + placed.amount
            when placed.target_direction = 'improve' and placed.polarity = 'high' then placed.base_value + placed.amount
            when placed.target_direction = 'maintain' and placed.polarity <> 'low'
                then placed.base_value - placed.no_change_band
            when placed.relation in ('above', 'at_least') then placed.base_value
            when placed.relation in ('better', 'no_worse') and placed.polarity = 'high'
                then placed.base_value - placed.amount
        end as at_least,
        case
            when placed.target_kind = 'level' then placed.target_at_most
            when placed.target_kind in ('quartile', 'rank') then placed.target_place
            when placed.target_direction = 'decrease' then placed.base_value - placed.amount
            when placed.target_direction = 'improve' and placed.polarity = 'low' then placed.base_value - placed.amount
            when placed.target_direction = 'maintain' and placed.polarity <> 'high'
                then placed.base_value + placed.no_change_band
            when placed.relation in ('below', 'at_most') then placed.base_value
            when placed.relation in ('better', 'no_worse') and placed.polarity = 'low'
                then placed.base_value + placed.amount
        end as at_most,
        case
            when placed.target_kind = 'level' then placed.target_is_strict
            when placed.target_kind = 'change' then placed.by_any_amount and placed.target_direction <> 'maintain'
            when placed.target_kind = 'comparator' then placed.relation in ('better', 'above', 'below')
            else false
        end as is_strict,
        case
            when placed.target_kind = 'quartile' then placed.peer_quartile
            when placed.target_kind = 'rank' then placed.peer_rank
            else placed.value
        end as judged_value,
        coalesce({{ is_worse('placed.value', 'placed.minimum', 'placed.polarity') }}, false) as is_below_minimum,
        coalesce(not {{ is_worse('placed.value', 'placed.minimum', 'placed.polarity') }}, false) as is_above_minimum,
        coalesce(not {{ is_worse('placed.value', 'placed.stretch', 'placed.polarity') }}, false) as is_stretch_met,
        case
            when placed.target_kind = 'not_measurable' then placed.not_measurable_because
            when placed.target_kind = 'change' and placed.base_value is null
                then
                    '“' || placed.target_words || '” compares with the '
                    || case when placed.is_on_year then 'same period a year before' else 'period before' end
                    || ', for which there is no figure.'
            when
                placed.target_kind = 'comparator' and placed.base_value is null
                or placed.target_kind in ('quartile', 'rank') and placed.peer_rank is null
                then
                    '“' || placed.target_words || '” compares with other authorities, which have too few figures for '
                    || placed.label || ' to be compared with.'
        end as not_judged_because
    from placed
),

compared_with_target as (
    select
        bounded.*,
        {{ rag(
            'bounded.judged_value', 'bounded.at_least', 'bounded.at_most', 'bounded.is_strict', 'bounded.tolerance',
            'bounded.tolerance_type'
        ) }} as colour
    from bounded
),

rated as (
    select
        compared_with_target.*,
        case
            when compared_with_target.value is null then 'no_data'
            when compared_with_target.suspended_because is not null then 'suspended'
            when compared_with_target.target_version is null or compared_with_target.target_kind = 'none'
                then 'no_target'
            when compared_with_target.not_judged_because is not null then 'not_measurable'
            when
                compared_with_target.due_on > compared_with_target.period_end
                and compared_with_target.colour <> 'green'
                then 'not_due'
            when compared_with_target.is_below_minimum then 'red'
            when
                compared_with_target.colour = 'red'
                and compared_with_target.tolerance is null
                and compared_with_target.is_above_minimum
                then 'amber'
            else compared_with_target.colour
        end as rag,
        {{ direction_of_travel(
            'compared_with_target.value', 'compared_with_target.previous_value', 'compared_with_target.polarity',
            'compared_with_target.no_change_band'
        ) }} as direction,
        {{ direction_of_travel(
            'compared_with_target.value', 'compared_with_target.year_ago_value', 'compared_with_target.polarity',
            'compared_with_target.no_change_band'
        ) }} as direction_on_year
    from compared_with_target
),

counted_run as (
    select
        rated.*,
        count(case when rated.rag not in ('amber', 'red', 'suspended') then 1 end) over (
            partition by rated.indicator_id, rated.method_version, rated.period_type, rated.area_code
            order by rated.period_end, rated.period_start
            rows between unbounded preceding and current row
        ) as run
    from rated
),

missed as (
    select
        counted_run.*,
        case
            when counted_run.rag in ('green', 'amber', 'red')
                then count(case when counted_run.rag in ('amber', 'red') then 1 end) over (
                    partition by
                        counted_run.indicator_id, counted_run.method_version, counted_run.period_type,
                        counted_run.area_code, counted_run.run
                    order by counted_run.period_end, counted_run.period_start
                    rows between unbounded preceding and current row
                )
        end as periods_missed
    from counted_run
),

target_of_year as (
    select
        missed.indicator_id,
        missed.method_version,
        missed.period_start,
        missed.period_end,
        target.target_version as year_target_version,
        target.at_least as year_at_least,
        target.at_most as year_at_most,
        cast(coalesce(target.at_least, target.at_most) as double) as year_target
    from missed
    inner join {{ ref('target') }} as target
        on
            missed.is_council
            and missed.period_type = 'year_to_date'
            and missed.months < 12
            and missed.value is not null
            and target.period_type = 'financial_year'
            and target.target_kind <> 'none'
            and missed.indicator_id = target.indicator_id
            and missed.period_start = target.period_start
            and (target.agreed_on is null or missed.period_end >= target.agreed_on)
    qualify
        row_number() over (
            partition by missed.indicator_id, missed.method_version, missed.period_start, missed.period_end
            order by target.target_version desc nulls last
        ) = 1
),

needed as (
    select
        missed.*,
        target_of_year.year_target_version,
        target_of_year.year_target,
        target_of_year.year_at_least,
        12 - missed.months as months_left,
        case
            when (target_of_year.year_at_least is null) = (target_of_year.year_at_most is null) then null
            when missed.measure in ('percentage', 'ratio', 'mean')
                then
                    (12 * target_of_year.year_target - missed.months * cast(missed.value as double))
                    / (12 - missed.months)
            when missed.measure in ('count', 'sum', 'rate')
                then target_of_year.year_target - cast(missed.value as double)
        end as needed_value
    from missed
    left join target_of_year
        on
            missed.period_type = 'year_to_date'
            and missed.is_council
            and missed.indicator_id = target_of_year.indicator_id
            and missed.method_version = target_of_year.method_version
            and missed.period_start = target_of_year.period_start
            and missed.period_end = target_of_year.period_end
),

worded as (
    select
        needed.*,
        {{ figure_text('needed.value', 'needed.decimals', 'needed.unit') }} as value_text,
        coalesce('“' || needed.target_words || '”, ', '')
        || case
            when needed.target_kind in ('quartile', 'rank')
                then
                    'with place ' || cast(needed.peer_rank as varchar) || ' of ' || cast(needed.peers + 1 as varchar)
            when needed.at_least is not null and needed.at_most is not null
                then
                    'between ' || {{ number_text('needed.at_least', 'needed.decimals') }} || ' and '
                    || {{ figure_text('needed.at_most', 'needed.decimals', 'needed.unit') }}
            when needed.at_least is not null
                then
                    case when needed.is_strict then 'above ' else 'at least ' end
                    || {{ figure_text('needed.at_least', 'needed.decimals', 'needed.unit') }}
            else
                case when needed.is_strict then 'below ' else 'at most ' end
                || {{ figure_text('needed.at_most', 'needed.decimals', 'needed.unit') }}
        end
        || coalesce(', agreed by ' || needed.agreed_by, '') as target_text,
        greatest(
            coalesce(needed.at_least - needed.judged_value, 0), coalesce(needed.judged_value - needed.at_most, 0)
        ) as gap,
        case when needed.year_at_least is not null then 'at least ' else 'at most ' end
        || {{ figure_text('needed.year_target', 'needed.decimals', 'needed.unit') }} as year_target_text,
        case
            when needed.months_left = 1 then 'the month left'
            else 'the ' || cast(needed.months_left as varchar) || ' months left'
        end as months_left_text,
        case
            when needed.months_left = 1 then ' brings as many cases as each month so far'
            else ' bring as many cases as those so far'
        end as as_many_cases,
        case
            when needed.year_at_least is not null and needed.measure = 'percentage' and needed.needed_value > 100
                then 'lost'
            when needed.year_at_least is not null and needed.measure = 'percentage' and needed.needed_value <= 0
                then 'safe'
            when needed.year_at_least is null and needed.measure = 'percentage' and needed.needed_value >= 100
                then 'safe'
            -- an average below zero is none, but for what can itself be below zero
            when
                needed.year_at_least is null and needed.needed_value < 0
                and (needed.measure = 'percentage' or needed.value >= 0 and needed.year_target > 0)
                then 'lost'
        end as outlook
    from needed
)

select
    indicator_id,
    method_version,
    period_type,
    period_start,
    period_end,
    area_code,
    {{ as_figure('value') }} as value,
    target_version,
    {{ as_figure("case when target_kind not in ('quartile', 'rank') then at_least end") }} as at_least,
    {{ as_figure("case when target_kind not in ('quartile', 'rank') then at_most end") }} as at_most,
    rag,
    case
        when rag = 'no_data' and value_note = 'c'
            then 'Not rated: the figure is withheld, because it rests on very few people.'
        when rag = 'no_data' and value_note = 'z' then 'Not rated: there was nothing to work the figure out from.'
        when rag = 'no_data' then 'Not rated: there is no figure.'
        when rag = 'suspended' then 'Not rated: ' || suspended_because || '.'
        when rag = 'no_target' and not is_council then 'Not rated: targets are set for the whole council.'
        when rag = 'no_target' and late_agreed_on is not null
            then
                'Not rated: the target was agreed on ' || {{ date_text('late_agreed_on') }}
                || ', after the period had ended.'
        when rag = 'no_target' then 'Not rated: there is no target for this period.'
        when rag = 'not_measurable' then 'Not rated: ' || not_judged_because
        when rag = 'not_due'
            then
                'Not due: ' || value_text || ' is not yet the target (' || target_text
                || '), which is to be reached by ' || {{ date_text('due_on') }} || '.'
        when rag = 'green' then 'Green: ' || value_text || ' meets the target (' || target_text || ').'
        when is_below_minimum and colour <> 'red'
            then
                'Red: ' || value_text || ' is worse than the minimum of '
                || {{ figure_text('minimum', 'decimals', 'unit') }} || '.'
        else
            case when rag = 'amber' then 'Amber: ' else 'Red: ' end
            || value_text || ' misses the target (' || target_text || ')'
            || case
                when target_kind in ('quartile', 'rank') or round(cast(gap as double), 9) = 0 then ''
                else ' by ' || {{ difference_text('gap', 'decimals') }}
            end
            || case
                when tolerance is null then ''
                when rag = 'amber' then ', within the tolerance of '
                else ', more than the tolerance of '
            end
            || case
                when tolerance is null then ''
                when tolerance_type = 'relative' then {{ number_text('tolerance', 'decimals') }} || '% of it'
                else {{ number_text('tolerance', 'decimals') }}
            end
            || case when rag = 'amber' and tolerance is null then ', and is no worse than the minimum' else '' end
            || '.'
    end
    || case
        when rag = 'green' and is_stretch_met
            then ' It meets the stretch target of ' || {{ figure_text('stretch', 'decimals', 'unit') }} || ' too.'
        when periods_missed > 1 then ' It has been missed ' || cast(periods_missed as varchar) || ' times in a row.'
        else ''
    end as rag_sentence,
    case
        when rag not in ('green', 'amber', 'red') then null
        when is_stretch_met then 'stretch'
        when colour = 'green' and not is_below_minimum then 'target'
        when is_above_minimum then 'minimum'
        when is_below_minimum then 'below_minimum'
    end as level_reached,
    cast(periods_missed as integer) as periods_missed,
    direction,
    case
        when value is null and value_note = 'c' then 'Cannot say: the figure is withheld.'
        when value is null then 'Cannot say: there is no figure.'
        when previous_value is null and previous_note = 'c'
            then 'Cannot say: the figure for ' || previous_label || ' is withheld.'
        when previous_label is not null and previous_value is null
            then 'Cannot say: there is no figure for ' || previous_label || '.'
        when previous_label is null and period_type = 'year_to_date'
            then 'Cannot say: there is no figure for the same months a year before.'
        when previous_label is null then 'Cannot say: there is no figure for the period before.'
        when direction = 'cannot say'
            then
                'Cannot say: it went from ' || {{ figure_text('previous_value', 'decimals', 'unit') }} || ' in '
                || previous_label || ' to ' || value_text || ', and neither a high nor a low value is good.'
        when direction = 'stayed the same'
            then
                'Stayed the same: ' || value_text || ', after '
                || {{ figure_text('previous_value', 'decimals', 'unit') }} || ' in ' || previous_label || '.'
        else
            case when direction = 'improved' then 'Improved' else 'Got worse' end
            || ' from ' || {{ figure_text('previous_value', 'decimals', 'unit') }} || ' in ' || previous_label
            || ' to ' || value_text || '.'
    end as direction_sentence,
    previous_start as previous_period_start,
    previous_end as previous_period_end,
    {{ as_figure('value - previous_value') }} as change,
    direction_on_year,
    peer_group as comparator_group,
    peers,
    peer_median,
    peer_rank,
    peer_quartile,
    peer_standing,
    by_interval as peers_by_interval,
    case
        when rag in ('green', 'amber', 'red') and peer_standing in ('better', 'same', 'worse')
            then rag = 'green' and peer_standing = 'worse'
    end as is_green_but_worse_than_peers,
    case
        when not is_council then null
        when value is null then 'Not compared: there is no figure to compare.'
        when peer_sentence is not null
            then
                case when rag = 'green' and peer_standing = 'worse' then 'Green, but worse than its peers: ' else '' end
                || peer_sentence
        when adopted_group is null then 'Not compared: no group of authorities is named to compare with.'
        else 'Not compared: nobody in the group “' || adopted_group || '” has a figure for ' || label || '.'
    end as peers_sentence,
    gap_breakdown,
    {{ as_figure('group_gap') }} as group_gap,
    gap_sentence,
    {{ as_figure('needed_value') }} as needed_by_year_end,
    case
        when year_target_version is null then null
        when needed_value is null
            then 'What is needed by the end of the year cannot be reckoned from the figure so far.'
        when measure in ('percentage', 'ratio', 'mean')
            then
                case
                    when outlook = 'lost'
                        then
                            'The target of the year, ' || year_target_text || ', can no longer be reached if '
                            || months_left_text || as_many_cases || '.'
                    when outlook = 'safe'
                        then
                            'The target of the year, ' || year_target_text
                            || ', will be reached whatever the result, if ' || months_left_text || as_many_cases || '.'
                    else
                        'To reach the target of the year, ' || year_target_text || ', ' || months_left_text
                        || ' must average ' || case when year_at_least is not null then 'at least ' else 'at most ' end
                        || {{ figure_text('needed_value', 'decimals', 'unit') }}
                        || case when months_left = 1 then ', if it' else ', if they' end || as_many_cases || '.'
                end
        when year_at_least is not null and needed_value <= 0
            then 'The target of the year, ' || year_target_text || ', is reached already.'
        when year_at_least is null and needed_value < 0
            then 'The target of the year, ' || year_target_text || ', is passed already and can no longer be met.'
        else
            'To meet the target of the year, ' || year_target_text || ', ' || months_left_text || ' must bring '
            || case when year_at_least is not null then 'at least ' else 'at most ' end
            || {{ figure_text('needed_value', 'decimals', 'unit') }} || ', '
            || {{ number_text('needed_value / months_left', 'decimals') }} || ' a month.'
    end as needed_sentence
from worded

with targeted as (
    select
        indicator_id,
        count(*) as targets,
        count(reason) as reasoned
    from {{ ref('target') }}
    group by indicator_id
),

compared as (
    select
        indicator_id,
        count(*) as figures
    from {{ ref('comparator') }}
    where value is not null
    group by indicator_id
),

observed as (
    select
        observation.indicator_id,
        count(observation.value) as figures,
        max(observation.period_end) filter (where observation.value is not null) as latest_end
    from {{ ref('observation') }} as observation
    inner join {{ ref('stg_council') }} as council
        on observation.area_code = council.area_code
    group by observation.indicator_id
),

balanced as (
    select
        adoption.indicator_id,
        count(*) as companions
    from {{ ref('adoption') }} as adoption
    inner join {{ ref('adoption') }} as companion
        on
            concat(',', replace(adoption.companions, ' ', ''), ',')
            like concat('%,', companion.indicator_id, ',%')
    where adoption.companions is not null
    group by adoption.indicator_id
),

-- one row an adopted indicator: everything that a criterion looks at
fact as (
    select
        indicator.indicator_id,
        indicator.polarity,
        indicator.measure,
        indicator.limitations is not null as has_limitations,
        adoption.owner is not null as has_owner,
        adoption.portfolio_holder is not null as has_portfolio_holder,
        adoption.rationale is not null as has_rationale,
        adoption.collection_burden is not null as has_burden,
        priority.priority_id is not null as has_priority,
        method.approved_by is not null as has_approval,
        coalesce(balanced.companions, 0) as companions,
        coalesce(targeted.targets, 0) as targets,
        coalesce(targeted.reasoned, 0) as reasoned,
        coalesce(compared.figures, 0) as compared,
        coalesce(observed.figures, 0) as figures,
        observed.latest_end,
        council.as_of
    from {{ ref('indicator') }} as indicator
    cross join {{ ref('stg_council') }} as council
    inner join {{ ref('adoption') }} as adoption
        on indicator.indicator_id = adoption.indicator_id
    left join {{ ref('priority') }} as priority
        on adoption.priority_id = priority.priority_id
    left join {{ ref('method') }} as method
        on
            indicator.indicator_id = method.indicator_id
            and indicator.latest_version = method.method_version
    left join balanced
        on indicator.indicator_id = balanced.indicator_id
    left join targeted
        on indicator.indicator_id = targeted.indicator_id
    left join compared
        on indicator.indicator_id = compared.indicator_id
    left join observed
        on indicator.indicator_id = observed.indicator_id
),

criterion_of_indicator as (
    {%- set criteria = [
        ('specific', "polarity <> 'neutral' or targets > 0", 'It says which way is better.',
         'Nobody can say whether a figure is good: state a polarity, or agree a target.'),
        ('measurable', 'figures > 0', 'There are figures.', 'There is no figure of the whole council: check its source.'),
        ('achievable', 'reasoned > 0', 'A target is set, with the reason for its level.',
         'There is no target with a reason for its level: add one to the targets.'),
        ('relevant', 'has_rationale', 'It is said why the council follows it.',
         'Nobody says why the council follows it: write a rationale where it is adopted.'),
        ('timely', 'latest_end >= ' ~ months_after('as_of', -18), 'The latest figure is less than eighteen months old.',
         'The latest figure is older than eighteen months, or there is none: ask for newer data, or end the indicator.'),
        ('focused', 'has_priority', 'It serves a priority of the council plan.',
         'It serves no priority of the council plan: name one where it is adopted.'),
        ('appropriate', 'has_portfolio_holder', 'A councillor answers for it.',
         'No councillor is named who answers for it: name the portfolio where it is adopted.'),
        ('balanced', 'companions > 0', 'It is read together with another adopted indicator.',
         'It stands alone: name a companion that would show if it improved at the cost of something else.'),
        ('robust', "has_limitations and (has_approval or measure = 'reported')",
         'Its method is approved and its limits are told.',
         'Its limits are not told, or nobody approved its method: complete its definition.'),
        ('integrated', 'has_owner', 'An office answers for it.', 'No office answers for it: name an owner where it is adopted.'),
        ('cost_effective', 'has_burden', 'It is known what it takes to collect.',
         'Nobody says what it takes to collect: state the burden where it is adopted.'),
        ('compared', 'compared > 0', 'There are figures of others to compare it with.',
         'There is nothing to compare it with: deliver figures of similar authorities.'),
    ] %}
    {%- for criterion, condition, met, advice in criteria %}
        select
            'indicator' as scope,
            indicator_id as subject,
            '{{ criterion }}' as criterion,
            coalesce({{ condition }}, false) as met,
            case when coalesce({{ condition }}, false) then '{{ met }}' else '{{ advice }}' end as explanation
        from fact
        {{ 'union all' if not loop.last }}
    {%- endfor %}
),

classified as (
    {%- set classes = {
        'theme': ['economy', 'efficiency', 'quality', 'effectiveness', 'impact', 'equity'],
        'perspective': ['citizen', 'process', 'financial', 'learning'],
        'results_chain': ['input', 'activity', 'output', 'outcome', 'impact'],
        'level': ['strategic', 'operational', 'front_line'],
    } %}
    {%- for class, members in classes.items() %}
        {%- set outer_last = loop.last %}
        {%- for member in members %}
            select
                '{{ class }}' as subject,
                '{{ member }}' as criterion,
                count(*) filter (where {{ class }} = '{{ member }}') as indicators
            from {{ ref('adoption') }} as adoption
            inner join {{ ref('indicator') }} as indicator
                on adoption.indicator_id = indicator.indicator_id
            {{ 'union all' if not (outer_last and loop.last) }}
        {%- endfor %}
    {%- endfor %}
),

prioritised as (
    select
        'priority' as subject,
        priority.priority_id as criterion,
        count(adoption.indicator_id) as indicators
    from {{ ref('priority') }} as priority
    left join {{ ref('adoption') }} as adoption
        on priority.priority_id = adoption.priority_id
    group by priority.priority_id
),

criterion_of_set as (
    select
        'set' as scope,
        counted.subject,
        counted.criterion,
        counted.indicators > 0 as met,
        case
            when counted.indicators = 0 then 'No adopted indicator covers it.'
            when counted.indicators = 1 then '1 indicator covers it.'
            else concat(counted.indicators, ' indicators cover it.')
        end as explanation
    from (
        select *
        from classified
        union all
        select *
        from prioritised
    ) as counted
)

select *
from criterion_of_indicator
union all
select *
from criterion_of_set

with council_figure as (
    select
        headline.*,
        indicator.polarity,
        indicator.unit,
        indicator.decimals
    from {{ ref('headline') }} as headline
    inner join {{ ref('stg_council') }} as council
        on headline.area_code = council.area_code
    inner join {{ ref('indicator') }} as indicator
        on headline.indicator_id = indicator.indicator_id
    where headline.value is not null
),

peer_figure as (
    select
        figure.indicator_id,
        figure.method_version,
        figure.period_type,
        figure.period_start,
        figure.period_end,
        figure.value,
        figure.polarity,
        member.comparator_group,
        member.kind,
        comparator.value as peer_value,
        comparator.received_on,
        case
            when member.kind in ('national', 'region', 'own_benchmark') then 1
            else {{ var('least_peers') }}
        end as least_peers
    from council_figure as figure
    inner join {{ ref('comparator') }} as comparator
        on
            figure.indicator_id = comparator.indicator_id
            and figure.period_type = comparator.period_type
            and figure.period_start = comparator.period_start
            and figure.period_end = comparator.period_end
    inner join {{ ref('comparator_group') }} as member
        on
            comparator.area_code = member.area_code
            and (member.is_listed or comparator.comparator_group = member.comparator_group)
    where comparator.value is not null
),

peer_standing as (
    {{ peer_position(
        'peer_figure',
        ['indicator_id', 'method_version', 'period_type', 'period_start', 'period_end', 'comparator_group', 'kind']
    ) }}
),

last_received as (
    select
        indicator_id,
        method_version,
        period_type,
        period_start,
        period_end,
        comparator_group,
        max(received_on) as received_on,
        max(least_peers) as least_peers
    from peer_figure
    group by
        indicator_id,
        method_version,
        period_type,
        period_start,
        period_end,
        comparator_group
),

compared as (
    select
        figure.*,
        standing.kind as comparator_kind,
        standing.comparator_group,
        figure.period_start as comparator_start,
        figure.period_end as comparator_end,
        figure.label as comparator_label,
        last_received.received_on,
        last_received.least_peers,
        standing.peers,
        standing.peer_median as comparator_value,
        standing.peer_rank,
        standing.peer_quartile
    from council_figure as figure
    inner join peer_standing as standing
        on
            figure.indicator_id = standing.indicator_id
            and figure.method_version = standing.method_version
            and figure.period_type = standing.period_type
            and figure.period_start = standing.period_start
            and figure.period_end = standing.period_end
    inner join last_received
        on
            standing.indicator_id = last_received.indicator_id
            and standing.method_version = last_received.method_version
            and standing.period_type = last_received.period_type
            and standing.period_start = last_received.period_start
            and standing.period_end = last_received.period_end
            and standing.comparator_group = last_received.comparator_group
    union all
    select
        figure.*,
        'previous_period' as comparator_kind,
        'The period before' as comparator_group,
        figure.previous_start as comparator_start,
        figure.previous_end as comparator_end,
        figure.previous_label as comparator_label,
        cast(null as date) as received_on,
        1 as least_peers,
        1 as peers,
        cast(figure.previous_value as double) as comparator_value,
        cast(null as bigint) as peer_rank,
        cast(null as integer) as peer_quartile
    from council_figure as figure
    where figure.previous_value is not null
    union all
    select
        figure.*,
        'same_period_last_year' as comparator_kind,
        'The same period a year before' as comparator_group,
        figure.year_ago_start as comparator_start,
        figure.year_ago_end as comparator_end,
        figure.year_ago_label as comparator_label,
        cast(null as date) as received_on,
        1 as least_peers,
        1 as peers,
        cast(figure.year_ago_value as double) as comparator_value,
        cast(null as bigint) as peer_rank,
        cast(null as integer) as peer_quartile
    from council_figure as figure
    where figure.year_ago_value is not null
),

placed as (
    select
        compared.*,
        round(cast(compared.value as double) - compared.comparator_value, 9) as distance,
        {{ compared_by_interval(
            'compared.lower_95', 'compared.upper_95', 'compared.comparator_value', 'compared.comparator_value',
            'compared.polarity'
        ) }} as by_interval,
        case
            when compared.comparator_value is null then 'not_compared'
            when round(cast(compared.value as double) - compared.comparator_value, 9) = 0 then 'same'
            when compared.polarity = 'neutral' and compared.value > compared.comparator_value then 'higher'
            when compared.polarity = 'neutral' then 'lower'
            when {{ is_worse('compared.value', 'compared.comparator_value', 'compared.polarity') }} then 'worse'
            else 'better'
        end as standing
    from compared
)

select
    indicator_id,
    method_version,
    period_type,
    period_start,
    period_end,
    area_code,
    comparator_kind,
    comparator_group,
    comparator_start as comparator_period_start,
    comparator_end as comparator_period_end,
    received_on,
    cast(peers as integer) as areas,
    {{ as_figure('comparator_value') }} as comparator_value,
    {{ as_figure('distance') }} as distance,
    standing,
    cast(peer_rank as integer) as peer_rank,
    peer_quartile,
    by_interval,
    case
        when comparator_value is null
            then
                'Only ' || cast(peers as varchar) || ' of the group “' || comparator_group || '” have a figure for '
                || comparator_label || '; at least ' || cast(least_peers as varchar) || ' are needed to compare with.'
        else
            {{ figure_text('value', 'decimals', 'unit') }}
            || case
                when comparator_kind in ('previous_period', 'same_period_last_year') then ', after '
                when peers = 1 then ', where “' || comparator_group || '” had '
                else
                    ', where the median of ' || cast(peers as varchar) || ' authorities (“' || comparator_group
                    || '”) was '
            end
            || {{ figure_text('comparator_value', 'decimals', 'unit') }}
            || ' in ' || comparator_label
            || coalesce(' (received by ' || {{ date_text('received_on') }} || ')', '')
            || ': '
            || case standing
                when 'same' then 'the same'
                else standing || ' by ' || {{ difference_text('abs(distance)', 'decimals') }}
            end
            || case
                when peers > 1 and peer_rank is not null
                    then
                        ', ' || {{ ordinal_text('peer_rank') }} || ' of ' || cast(peers + 1 as varchar)
                        || coalesce(
                            ', in the ' || case peer_quartile
                                when 1 then 'best'
                                when 2 then 'second'
                                when 3 then 'third'
                                when 4 then 'worst'
                            end || ' quarter',
                            ''
                        )
                else ''
            end
            || case
                when standing = 'same' then '.'
                when by_interval = 'similar' then '. The difference can be chance.'
                when by_interval in ('better', 'worse', 'higher', 'lower') then '. The difference is more than chance.'
                else '.'
            end
    end as sentence
from placed

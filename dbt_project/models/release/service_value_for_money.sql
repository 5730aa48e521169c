with part as (
    select
        indicator.service,
        indicator.value_for_money,
        assessment.period_type,
        assessment.period_start,
        assessment.period_end,
        count(*) as indicators,
        count(case when assessment.peer_standing = 'better' then 1 end) as better,
        count(case when assessment.peer_standing = 'worse' then 1 end) as worse,
        count(case when assessment.peer_standing = 'same' then 1 end) as same
    from {{ ref('assessment') }} as assessment
    inner join {{ ref('indicator') }} as indicator
        on
            assessment.indicator_id = indicator.indicator_id
            and assessment.method_version = indicator.latest_version
    where
        indicator.value_for_money is not null
        and assessment.peer_standing in ('better', 'same', 'worse')
    group by
        indicator.service,
        indicator.value_for_money,
        assessment.period_type,
        assessment.period_start,
        assessment.period_end
),

standing as (
    select
        part.*,
        case
            when part.better = part.indicators then 'better'
            when part.worse = part.indicators then 'worse'
            when part.same = part.indicators then 'same'
            else 'mixed'
        end as standing
    from part
),

service_in_period as (
    select
        service,
        period_type,
        period_start,
        period_end,
        coalesce(max(case when value_for_money = 'cost' then standing end), 'not known') as cost,
        coalesce(max(case when value_for_money = 'performance' then standing end), 'not known') as performance,
        coalesce(max(case when value_for_money = 'satisfaction' then standing end), 'not known') as satisfaction
    from standing
    group by
        service,
        period_type,
        period_start,
        period_end
),

read_together as (
    select
        service_in_period.*,
        case
            when
                service_in_period.cost = 'not known'
                or (service_in_period.performance = 'not known' and service_in_period.satisfaction = 'not known')
                then 'cannot say'
            when
                service_in_period.cost in ('better', 'same')
                and service_in_period.performance in ('better', 'same', 'not known')
                and service_in_period.satisfaction in ('better', 'same', 'not known')
                then case
                    when
                        'better' in (
                            service_in_period.cost, service_in_period.performance, service_in_period.satisfaction
                        )
                        then 'good'
                    else 'usual'
                end
            when
                service_in_period.cost in ('worse', 'same')
                and service_in_period.performance in ('worse', 'same', 'not known')
                and service_in_period.satisfaction in ('worse', 'same', 'not known')
                then 'poor'
            else 'mixed'
        end as value_for_money
    from service_in_period
)

select
    read_together.service,
    read_together.period_type,
    read_together.period_start,
    read_together.period_end,
    read_together.cost,
    read_together.performance,
    read_together.satisfaction,
    read_together.value_for_money,
    'Beside its peers in ' || period.label || ', the service ' || replace(read_together.service, '_', ' ')
    || case read_together.cost
        when 'better' then ' costs less'
        when 'worse' then ' costs more'
        when 'same' then ' costs the same'
        when 'mixed' then ' costs less by one measure and more by another'
        else ' has no cost that can be compared'
    end
    || case read_together.performance
        when 'better' then ', performs better'
        when 'worse' then ', performs worse'
        when 'same' then ', performs the same'
        when 'mixed' then ', performs better by one measure and worse by another'
        else ', has no performance that can be compared'
    end
    || case read_together.satisfaction
        when 'better' then ' and satisfies people more'
        when 'worse' then ' and satisfies people less'
        when 'same' then ' and satisfies people the same'
        when 'mixed' then ' and satisfies people more by one measure and less by another'
        else ' and has no satisfaction that can be compared'
    end
    || case read_together.value_for_money
        when 'good' then ': good value for money.'
        when 'usual' then ': the usual value for money.'
        when 'poor' then ': poor value for money.'
        when 'mixed' then ': what is won on one side is lost on another.'
        else ': value for money cannot be told.'
    end as sentence
from read_together
inner join {{ ref('period') }} as period
    on
        read_together.period_type = period.period_type
        and read_together.period_start = period.period_start
        and read_together.period_end = period.period_end

select
    max(request.delivery) as delivery,
    max(council.area_code) as area_code,
    'financial_year' as period_type,
    period.period_start as period_start,
    period.period_end as period_end,
    'all' as breakdown,
    'all' as breakdown_value,
    cast(null as double) as numerator,
    count(*) as denominator,
    max(
        {{ days_between('request.opened_at', 'request.closed_at') }}
    ) as value,
    cast(null as double) as lower_95,
    cast(null as double) as upper_95,
    count(*) as counted
from {{ ref('stg_service_request') }} as request
inner join {{ ref('calendar_period') }} as period
    on
        period.period_type = 'financial_year'
        and cast(request.closed_at as date) between period.period_start and period.period_end
cross join {{ ref('stg_council') }} as council
group by
    period.period_start,
    period.period_end

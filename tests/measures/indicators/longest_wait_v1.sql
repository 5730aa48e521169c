with __dbt__cte__calendar_period as (
select distinct
    period_type,
    period_start,
    period_end
from "warehouse"."main"."calendar"
) select
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
        (date_diff('day', cast(request.opened_at as date)::timestamp, cast(request.closed_at as date)::timestamp ))
    ) as value,
    cast(null as double) as lower_95,
    cast(null as double) as upper_95,
    count(*) as counted
from "warehouse"."main"."stg_service_request" as request
inner join __dbt__cte__calendar_period as period
    on
        period.period_type = 'financial_year'
        and cast(request.closed_at as date) between period.period_start and period.period_end
cross join "warehouse"."main"."stg_council" as council
group by
    period.period_start,
    period.period_end
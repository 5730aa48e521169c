with month_of_reports as (
    select
        max(request.delivery) as delivery,
        period.period_start,
        period.period_end,
        {{ first_of_month('request.opened_at') }} as month_start,
        count(*) as reports
    from {{ ref('stg_service_request') }} as request
    inner join {{ ref('calendar_period') }} as period
        on
            period.period_type = 'financial_year'
            and cast(request.opened_at as date) between period.period_start and period.period_end
    where request.service = 'waste'
    group by
        period.period_start,
        period.period_end,
        {{ first_of_month('request.opened_at') }}
)

select
    max(month_of_reports.delivery) as delivery,
    max(council.area_code) as area_code,
    'financial_year' as period_type,
    month_of_reports.period_start,
    month_of_reports.period_end,
    'all' as breakdown,
    'all' as breakdown_value,
    cast(null as double) as numerator,
    cast(null as double) as denominator,
    max(month_of_reports.reports) as value,
    cast(null as double) as lower_95,
    cast(null as double) as upper_95,
    max(month_of_reports.reports) as counted
from month_of_reports
cross join {{ ref('stg_council') }} as council
group by
    month_of_reports.period_start,
    month_of_reports.period_end
having count(*) = 12

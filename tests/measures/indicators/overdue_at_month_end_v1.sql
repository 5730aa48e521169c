select
    request.delivery,
    request.area_code,
    'point' as period_type,
    month.period_end as period_start,
    month.period_end as period_end,
    1 as numerator,
    1 as denominator
from {{ ref('stg_service_request') }} as request
inner join {{ ref('calendar_period') }} as month
    on
        month.period_type = 'month'
        and cast(request.due_at as date) <= month.period_end
        and cast(coalesce(request.closed_at, timestamp '9999-12-31 00:00:00') as date) > month.period_end

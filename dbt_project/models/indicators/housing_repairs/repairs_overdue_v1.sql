select
    request.delivery,
    request.area_code,
    {{ in_period('point', 'month.period_end', 'month.period_end') }},
    1 as numerator,
    1 as denominator
from {{ ref('stg_service_request') }} as request
inner join {{ ref('calendar_period') }} as month
    on
        month.period_type = 'month'
        and cast(request.due_at as date) <= month.period_end
        and (request.closed_at is null or cast(request.closed_at as date) > month.period_end)
where request.service = 'housing_repairs'

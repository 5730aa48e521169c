with council as (
    select area_code
    from {{ ref('stg_council') }}
),

service_span as (
    select
        service_source.service,
        min(service_source.first_month) as first_month,
        {{ covered_by_all() }} as covered_to
    from (
        select
            service,
            source,
            min({{ first_of_month('opened_at') }}) as first_month
        from {{ ref('stg_service_request') }}
        where opened_at is not null
        group by
            service,
            source
    ) as service_source
    inner join {{ ref('source_coverage') }} as source_coverage
        on service_source.source = source_coverage.source
    group by service_source.service
),

placed_request as (
    select
        request.service,
        coalesce(area.area_code, council.area_code) as area_code,
        coalesce(request.channel, 'not recorded') as channel,
        {{ first_of_month('request.opened_at') }} as opened_month,
        {{ first_of_month('request.closed_at') }} as closed_month,
        case
            when request.due_at is not null then {{ first_of_month('greatest(request.due_at, request.opened_at)') }}
        end as due_month,
        request.closed_at <= request.due_at as was_in_time,
        {{ days_between('request.opened_at', 'request.closed_at') }}
            as days_open
    from {{ ref('stg_service_request') }} as request
    left join {{ ref('stg_area') }} as area
        on request.area_code = area.area_code
    cross join council
    where request.opened_at is not null
),

-- What a request adds to a month: it is opened, it is closed, it falls overdue, it is no longer overdue.
movement as (
    select
        service,
        area_code,
        channel,
        opened_month as month_start,
        cast(null as bigint) as days_open,
        count(*) as opened,
        0 as closed,
        0 as closed_in_time,
        0 as fell_overdue
    from placed_request
    group by
        service,
        area_code,
        channel,
        opened_month
    union all
    select
        service,
        area_code,
        channel,
        closed_month as month_start,
        days_open,
        0 as opened,
        count(*) as closed,
        sum(case when was_in_time then 1 else 0 end) as closed_in_time,
        0 as fell_overdue
    from placed_request
    where closed_month is not null
    group by
        service,
        area_code,
        channel,
        closed_month,
        days_open
    union all
    select
        service,
        area_code,
        channel,
        due_month as month_start,
        cast(null as bigint) as days_open,
        0 as opened,
        0 as closed,
        0 as closed_in_time,
        count(*) as fell_overdue
    from placed_request
    where due_month is not null and (closed_month is null or closed_month > due_month)
    group by
        service,
        area_code,
        channel,
        due_month
    union all
    select
        service,
        area_code,
        channel,
        closed_month as month_start,
        cast(null as bigint) as days_open,
        0 as opened,
        0 as closed,
        0 as closed_in_time,
        -count(*) as fell_overdue
    from placed_request
    where closed_month > due_month
    group by
        service,
        area_code,
        channel,
        closed_month
),

-- All channels together in every area; each channel for the whole council.
movement_of_series as (
    select
        movement.service,
        area_member.in_area_code as area_code,
        'all' as channel,
        movement.month_start,
        movement.days_open,
        movement.opened,
        movement.closed,
        movement.closed_in_time,
        movement.fell_overdue
    from movement
    inner join {{ ref('area_member') }} as area_member
        on movement.area_code = area_member.area_code
    union all
    select
        movement.service,
        council.area_code,
        movement.channel,
        movement.month_start,
        movement.days_open,
        movement.opened,
        movement.closed,
        movement.closed_in_time,
        movement.fell_overdue
    from movement
    cross join council
),

series as (
    select
        service_span.service,
        area.area_code,
        'all' as channel
    from service_span
    cross join {{ ref('stg_area') }} as area
    union
    select
        service,
        area_code,
        channel
    from movement_of_series
),

calendar_month as (
    select
        period_start as month_start,
        period_end as month_end
    from {{ ref('calendar_period') }}
    where period_type = 'month'
),

flow as (
    select
        service,
        area_code,
        channel,
        month_start,
        sum(opened) as opened,
        sum(closed) as closed,
        sum(closed_in_time) as closed_in_time,
        sum(fell_overdue) as fell_overdue
    from movement_of_series
    group by
        service,
        area_code,
        channel,
        month_start
),

month_of_series as (
    select
        series.service,
        series.area_code,
        series.channel,
        calendar_month.month_start,
        coalesce(flow.opened, 0) as opened,
        coalesce(flow.closed, 0) as closed,
        coalesce(flow.closed_in_time, 0) as closed_in_time,
        sum(coalesce(flow.opened, 0) - coalesce(flow.closed, 0)) over (
            partition by series.service, series.area_code, series.channel
            order by calendar_month.month_start
            rows between unbounded preceding and current row
        ) as open_at_end,
        sum(coalesce(flow.fell_overdue, 0)) over (
            partition by series.service, series.area_code, series.channel
            order by calendar_month.month_start
            rows between unbounded preceding and current row
        ) as overdue_at_end
    from series
    inner join service_span
        on series.service = service_span.service
    inner join calendar_month
        on
            service_span.first_month <= calendar_month.month_start
            and service_span.covered_to >= calendar_month.month_end
    left join flow
        on
            series.service = flow.service
            and series.area_code = flow.area_code
            and series.channel = flow.channel
            and calendar_month.month_start = flow.month_start
),

-- Months and quarters for the whole council, quarters for its wards.
month_in_period as (
    select
        service_span.service,
        area.area_code,
        calendar.month_start,
        calendar.period_type,
        calendar.period_start,
        calendar.period_end
    from service_span
    cross join {{ ref('stg_area') }} as area
    cross join council
    inner join {{ ref('month_of_period') }} as calendar
        on
            service_span.first_month <= calendar.period_start
            and service_span.covered_to >= calendar.period_end
    where
        calendar.period_type = 'quarter'
        or (calendar.period_type = 'month' and area.area_code = council.area_code)
),

period_of_series as (
    select
        month_of_series.service,
        month_in_period.period_type,
        month_in_period.period_start,
        month_in_period.period_end,
        month_of_series.area_code,
        month_of_series.channel,
        sum(month_of_series.opened) as opened,
        sum(month_of_series.closed) as closed,
        sum(month_of_series.closed_in_time) as closed_in_time,
        max_by(month_of_series.open_at_end, month_of_series.month_start) as open_at_end,
        max_by(month_of_series.overdue_at_end, month_of_series.month_start) as overdue_at_end
    from month_of_series
    inner join month_in_period
        on
            month_of_series.service = month_in_period.service
            and month_of_series.area_code = month_in_period.area_code
            and month_of_series.month_start = month_in_period.month_start
    group by
        month_of_series.service,
        month_in_period.period_type,
        month_in_period.period_start,
        month_in_period.period_end,
        month_of_series.area_code,
        month_of_series.channel
),

histogram_of_days as (
    select
        movement_of_series.service,
        month_in_period.period_type,
        month_in_period.period_start,
        movement_of_series.area_code,
        movement_of_series.channel,
        movement_of_series.days_open as measured_value,
        sum(movement_of_series.closed) as records
    from movement_of_series
    inner join month_in_period
        on
            movement_of_series.service = month_in_period.service
            and movement_of_series.area_code = month_in_period.area_code
            and movement_of_series.month_start = month_in_period.month_start
    where movement_of_series.days_open is not null
    group by
        movement_of_series.service,
        month_in_period.period_type,
        month_in_period.period_start,
        movement_of_series.area_code,
        movement_of_series.channel,
        movement_of_series.days_open
),

median as (
    {{ percentile_of('histogram_of_days', ['service', 'period_type', 'period_start', 'area_code', 'channel']) }}
)

select
    period_of_series.service,
    period_of_series.period_type,
    period_of_series.period_start,
    period_of_series.period_end,
    period_of_series.area_code,
    period_of_series.channel,
    cast(period_of_series.opened as bigint) as opened,
    cast(period_of_series.closed as bigint) as closed,
    cast(period_of_series.closed_in_time as bigint) as closed_in_time,
    cast(period_of_series.open_at_end as bigint) as open_at_end,
    cast(period_of_series.overdue_at_end as bigint) as overdue_at_end,
    cast(median.percentile_value as decimal(18, 1)) as median_days,
    cast(null as varchar) as value_note,
    cast(period_of_series.closed - period_of_series.closed_in_time as bigint) as closed_not_in_time,
    cast(period_of_series.open_at_end - period_of_series.overdue_at_end as bigint) as open_not_overdue
from period_of_series
left join median
    on
        period_of_series.service = median.service
        and period_of_series.period_type = median.period_type
        and period_of_series.period_start = median.period_start
        and period_of_series.area_code = median.area_code
        and period_of_series.channel = median.channel

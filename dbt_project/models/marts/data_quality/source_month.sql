with delivery_in_use as (
    select
        source,
        delivery,
        received_at,
        first_date,
        last_date,
        about_people
    from {{ ref('stg_delivery') }}
    where in_use
),

source_span as (
    select
        source,
        about_people,
        min(first_date) as first_date,
        max(last_date) as last_date
    from delivery_in_use
    group by
        source,
        about_people
),

counted_month as (
    select
        delivery_in_use.source,
        delivery_month.month,
        delivery_in_use.received_at,
        delivery_month.rows_accepted,
        delivery_month.rows_set_aside,
        cast(delivery_in_use.received_at as date)
        > {{ days_after(end_of_month('delivery_month.month'), 'council.provisional_days') }} as came_late
    from {{ ref('stg_delivery_month') }} as delivery_month
    inner join delivery_in_use
        on
            delivery_month.source = delivery_in_use.source
            and delivery_month.delivery = delivery_in_use.delivery
    cross join {{ ref('stg_council') }} as council
),

month_of_source as (
    select
        source_span.source,
        calendar.month_start as month
    from source_span
    inner join {{ ref('month_of_period') }} as calendar
        on
            calendar.period_type = 'month'
            and calendar.period_end >= source_span.first_date
            and calendar.month_start <= source_span.last_date
    union
    select
        source,
        month
    from counted_month
),

summed as (
    select
        source,
        month,
        count(*) as deliveries,
        sum(rows_accepted) as rows_accepted,
        sum(rows_set_aside) as rows_set_aside,
        sum(case when came_late then rows_accepted + rows_set_aside else 0 end) as rows_received_late,
        max(received_at) as last_received_at
    from counted_month
    group by
        source,
        month
)

select
    month_of_source.source,
    month_of_source.month,
    cast(coalesce(summed.deliveries, 0) as integer) as deliveries,
    cast(coalesce(summed.rows_accepted, 0) as bigint) as rows_accepted,
    cast(coalesce(summed.rows_set_aside, 0) as bigint) as rows_set_aside,
    {{ as_figure('100.0 * summed.rows_set_aside / nullif(summed.rows_accepted + summed.rows_set_aside, 0)') }}
        as percentage_set_aside,
    cast(coalesce(summed.rows_received_late, 0) as bigint) as rows_received_late,
    {{ as_figure('100.0 * summed.rows_received_late / nullif(summed.rows_accepted + summed.rows_set_aside, 0)') }}
        as percentage_received_late,
    cast(summed.last_received_at as date) as last_received_on,
    cast(null as varchar) as value_note,
    source_span.about_people
from month_of_source
inner join source_span
    on month_of_source.source = source_span.source
left join summed
    on
        month_of_source.source = summed.source
        and month_of_source.month = summed.month

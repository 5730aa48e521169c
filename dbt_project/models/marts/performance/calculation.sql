with indicator as (
    select
        indicator_id,
        measure,
        about_people
    from {{ ref('stg_indicator') }}
),

area as (
    select area_code
    from {{ ref('stg_area') }}
),

counted_rows as (
    select
        indicator_id,
        method_version,
        delivery,
        sum(counted) as rows_counted,
        min(first_date) as first_date,
        max(last_date) as last_date
    from {{ ref('tally') }}
    where breakdown = 'all'
    group by
        indicator_id,
        method_version,
        delivery
    union all
    select
        reported.indicator_id,
        1 as method_version,
        reported.delivery,
        count(*) as rows_counted,
        min(reported.period_start) as first_date,
        max(reported.period_end) as last_date
    from {{ ref('ready_made_figure') }} as reported
    inner join indicator
        on
            reported.indicator_id = indicator.indicator_id
            and indicator.measure = 'reported'
    inner join area
        on reported.area_code = area.area_code
    group by
        reported.indicator_id,
        reported.delivery
)

select
    counted_rows.indicator_id,
    cast(counted_rows.method_version as integer) as method_version,
    delivery.source,
    delivery.delivery,
    cast(counted_rows.rows_counted as bigint) as rows_counted,
    cast(greatest(delivery.rows_accepted - counted_rows.rows_counted, 0) as bigint) as rows_left_out,
    counted_rows.first_date,
    counted_rows.last_date,
    cast(null as varchar) as value_note,
    indicator.about_people
from counted_rows
inner join indicator
    on counted_rows.indicator_id = indicator.indicator_id
inner join {{ ref('stg_method') }} as method
    on
        counted_rows.indicator_id = method.indicator_id
        and counted_rows.method_version = method.method_version
inner join {{ ref('stg_delivery') }} as delivery
    on counted_rows.delivery = delivery.delivery
where delivery.in_use

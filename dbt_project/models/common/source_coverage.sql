with received as (
    select
        source,
        {{ days_after('max(received_at)', -1) }} as day_before_last_received,
        {{ end_of_month('max(last_date)') }} as end_of_last_month
    from {{ ref('stg_delivery') }}
    where in_use
    group by source
)

select
    received.source,
    source.cadence = 'once' as delivered_once,
    least(
        received.day_before_last_received,
        coalesce(received.end_of_last_month, received.day_before_last_received)
    ) as covered_to
from received
inner join {{ ref('stg_source') }} as source
    on received.source = source.source

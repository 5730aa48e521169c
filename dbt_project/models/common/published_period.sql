with method_source as (
    select
        tally.indicator_id,
        tally.method_version,
        delivery.source,
        min(tally.period_start) as first_start
    from {{ ref('tally') }} as tally
    inner join {{ ref('stg_delivery') }} as delivery
        on tally.delivery = delivery.delivery
    where delivery.in_use
    group by
        tally.indicator_id,
        tally.method_version,
        delivery.source
),

method_span as (
    select
        method_source.indicator_id,
        method_source.method_version,
        min(method_source.first_start) as first_start,
        {{ covered_by_all() }} as covered_to
    from method_source
    inner join {{ ref('source_coverage') }} as source_coverage
        on method_source.source = source_coverage.source
    group by
        method_source.indicator_id,
        method_source.method_version
),

period_of_method as (
    select
        method_span.indicator_id,
        method_span.method_version,
        calendar_period.period_type,
        calendar_period.period_start,
        calendar_period.period_end,
        method_span.covered_to
    from method_span
    inner join {{ ref('calendar_period') }} as calendar_period
        on method_span.first_start <= calendar_period.period_start
    union
    select
        tally.indicator_id,
        tally.method_version,
        tally.period_type,
        tally.period_start,
        tally.period_end,
        method_span.covered_to
    from {{ ref('tally') }} as tally
    inner join method_span
        on
            tally.indicator_id = method_span.indicator_id
            and tally.method_version = method_span.method_version
    where tally.period_type <> 'month'
),

published_type as (
    select distinct
        indicator_id,
        period_type
    from {{ ref('published_area') }}
)

select
    period_of_method.indicator_id,
    period_of_method.method_version,
    period_of_method.period_type,
    period_of_method.period_start,
    period_of_method.period_end
from period_of_method
inner join published_type
    on
        period_of_method.indicator_id = published_type.indicator_id
        and period_of_method.period_type = published_type.period_type
cross join {{ ref('stg_council') }} as council
where
    period_of_method.period_end <= period_of_method.covered_to
    and period_of_method.period_end <= council.as_of

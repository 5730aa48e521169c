with dated_case as (
    select
        source,
        coalesce(service, 'not recorded') as service,
        coalesce(theme, 'not recorded') as theme,
        coalesce(stage, 'not recorded') as stage,
        case
            when outcome is not null then outcome
            when closed_on is null then 'open'
            else 'not recorded'
        end as outcome,
        kind,
        received_on,
        closed_on
    from {{ ref('stg_complaint') }}
),

stage_span as (
    select
        stage_source.kind,
        stage_source.stage,
        min(stage_source.first_month) as first_month,
        {{ covered_by_all() }} as covered_to
    from (
        select
            kind,
            stage,
            source,
            min({{ first_of_month('coalesce(received_on, closed_on)') }}) as first_month
        from dated_case
        group by
            kind,
            stage,
            source
    ) as stage_source
    inner join {{ ref('source_coverage') }} as source_coverage
        on stage_source.source = source_coverage.source
    group by
        stage_source.kind,
        stage_source.stage
),

counted_case as (
    select
        service,
        theme,
        stage,
        outcome,
        kind,
        {{ first_of_month('received_on') }} as month_start,
        1 as received,
        0 as closed
    from dated_case
    where received_on is not null
    union all
    select
        service,
        theme,
        stage,
        outcome,
        kind,
        {{ first_of_month('closed_on') }} as month_start,
        0 as received,
        1 as closed
    from dated_case
    where closed_on is not null
)

select
    calendar.period_start as quarter_start,
    calendar.period_end as quarter_end,
    counted_case.service,
    counted_case.theme,
    counted_case.stage,
    counted_case.outcome,
    counted_case.kind,
    cast(sum(counted_case.received) as bigint) as received,
    cast(sum(counted_case.closed) as bigint) as closed,
    cast(null as varchar) as value_note
from counted_case
inner join stage_span
    on
        counted_case.kind = stage_span.kind
        and counted_case.stage = stage_span.stage
inner join {{ ref('month_of_period') }} as calendar
    on
        counted_case.month_start = calendar.month_start
        and calendar.period_type = 'quarter'
        and stage_span.first_month <= calendar.period_start
        and stage_span.covered_to >= calendar.period_end
group by
    calendar.period_start,
    calendar.period_end,
    counted_case.service,
    counted_case.theme,
    counted_case.stage,
    counted_case.outcome,
    counted_case.kind

with figure as (
    select
        assessment.indicator_id,
        assessment.period_type,
        assessment.period_start,
        assessment.period_end,
        assessment.rag,
        row_number() over (
            partition by assessment.indicator_id, assessment.period_type
            order by assessment.period_end desc nulls last, assessment.period_start desc nulls last
        ) = 1 as is_latest
    from {{ ref('assessment') }} as assessment
    inner join {{ ref('stg_council') }} as council
        on assessment.area_code = council.area_code
    inner join {{ ref('indicator') }} as indicator
        on
            assessment.indicator_id = indicator.indicator_id
            and assessment.method_version = indicator.latest_version
)

select
    figure.indicator_id,
    figure.period_type,
    figure.period_start,
    figure.period_end,
    figure.rag,
    adoption.owner,
    figure.is_latest,
    received.indicator_id is not null as is_received
from figure
inner join {{ ref('adoption') }} as adoption
    on figure.indicator_id = adoption.indicator_id
left join {{ ref('stg_commentary') }} as received
    on
        figure.indicator_id = received.indicator_id
        and figure.period_type = received.period_type
        and figure.period_start = received.period_start
where
    figure.rag in ('red', 'amber')
    and not coalesce(received.publish, false)

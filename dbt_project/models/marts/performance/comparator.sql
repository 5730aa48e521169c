select
    reported.indicator_id,
    reported.area_code,
    reported.area_name,
    reported.period_type,
    reported.period_start,
    reported.period_end,
    reported.comparator_group,
    {{ as_figure('reported.numerator') }} as numerator,
    {{ as_figure('reported.denominator') }} as denominator,
    {{ as_figure('reported.value') }} as value,
    reported.value_note,
    reported.source,
    cast(reported.received_at as date) as received_on
from {{ ref('ready_made_figure') }} as reported
inner join {{ ref('stg_indicator') }} as indicator
    on reported.indicator_id = indicator.indicator_id
where
    not exists (
        select 1
        from {{ ref('stg_area') }} as area
        where area.area_code = reported.area_code
    )

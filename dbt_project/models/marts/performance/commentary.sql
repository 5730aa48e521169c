select
    commentary.indicator_id,
    commentary.period_type,
    commentary.period_start,
    commentary.commentary,
    commentary.author_role
from {{ ref('stg_commentary') }} as commentary
inner join {{ ref('stg_indicator') }} as indicator
    on commentary.indicator_id = indicator.indicator_id
where commentary.publish

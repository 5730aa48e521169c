select
    adoption.indicator_id,
    adoption.owner,
    adoption.portfolio_holder,
    adoption.level,
    adoption.priority_id,
    adoption.rationale,
    adoption.comparator_group,
    adoption.companions,
    adoption.partners,
    adoption.sustainable_development_goals,
    adoption.collection_burden,
    adoption.adopted_on,
    {{ as_figure('coalesce(adoption.no_change_band, council.no_change_band)') }} as no_change_band
from {{ ref('stg_adoption') }} as adoption
inner join {{ ref('stg_indicator') }} as indicator
    on adoption.indicator_id = indicator.indicator_id
cross join {{ ref('stg_council') }} as council

with stated_name as (
    select
        source,
        name_id,
        min(stated_name) as stated_name,
        min(stated_unit) as stated_unit,
        min(edition_end) as first_end,
        max(edition_end) as last_end,
        count(*) as figures
    from {{ ref('statement') }}
    group by
        source,
        name_id
),

edition_of_source as (
    select
        source,
        edition_end,
        min(edition) as edition
    from {{ ref('statement') }}
    group by
        source,
        edition_end
)

select
    stated.source,
    stated.name_id,
    stated.stated_name,
    stated.stated_unit,
    first_edition.edition as first_edition,
    last_edition.edition as last_edition,
    cast(stated.figures as bigint) as figures,
    case
        when name.name_id is null then 'as_stated'
        when name.confirmed_on is null then 'proposed'
        else 'confirmed'
    end as state,
    name.same_as,
    name.evidence,
    name.confirmed_by,
    name.confirmed_on
from stated_name as stated
left join {{ ref('stg_indicator_name') }} as name
    on
        stated.source = name.source
        and stated.name_id = name.name_id
left join edition_of_source as first_edition
    on
        stated.source = first_edition.source
        and stated.first_end = first_edition.edition_end
left join edition_of_source as last_edition
    on
        stated.source = last_edition.source
        and stated.last_end = last_edition.edition_end

-- rows that state of their indicator what another edition states of another one, and otherwise of this one
with fact_of_another as (
    select
        here.source,
        here.edition,
        here.file_row,
        here.heading,
        here.indicator_id,
        here.report,
        here.stated_value,
        there.indicator_id as other_indicator_id,
        there.edition as other_edition,
        there.heading as other_heading
    from {{ ref('fact_statement') }} as here
    inner join {{ ref('fact_statement') }} as there
        on
            here.source = there.source
            and here.edition_end > there.edition_end
            and here.indicator_id <> there.indicator_id
            and here.fact_area = there.fact_area
            and here.fact_period = there.fact_period
            and here.fact_value = there.fact_value
    inner join {{ ref('fact_statement') }} as of_its_own
        on
            there.source = of_its_own.source
            and there.edition = of_its_own.edition
            and here.indicator_id = of_its_own.indicator_id
            and here.fact_area = of_its_own.fact_area
            and here.fact_period = of_its_own.fact_period
            and here.fact_value <> of_its_own.fact_value
),

counted_fact as (
    select
        fact_of_another.*,
        count(*) over (
            partition by
                fact_of_another.source,
                fact_of_another.edition,
                fact_of_another.file_row,
                fact_of_another.other_indicator_id,
                fact_of_another.other_edition
        ) as facts_of_other
    from fact_of_another
)

select
    source,
    edition,
    file_row,
    heading,
    indicator_id,
    report,
    'figures_of_another' as kind,
    stated_value,
    min(other_indicator_id) as against,
    min(other_edition) as other_edition,
    min(other_heading) as other_heading,
    'An earlier edition states this figure, and others of the row, of another indicator: rows or names were mixed up.'
        as explanation
from counted_fact
where facts_of_other >= 3
group by all

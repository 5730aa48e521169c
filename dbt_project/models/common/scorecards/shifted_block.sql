with known_scope as (
    select distinct
        source,
        {{ as_said('stated_scope') }} as scope
    from {{ ref('statement') }}
    where not {{ says_nothing('stated_scope') }} and try_cast(stated_scope as double) is null
),

-- cells of one block that stand in each other's place
block_with_mixed_cells as (
    select
        statement.*,
        cast(null as varchar) as other_edition,
        cast(null as varchar) as other_heading,
        'Cells of the block stand in each other''s place: a place or a period for a value, or a number for a place.'
            as explanation
    from {{ ref('statement') }} as statement
    left join known_scope
        on
            statement.source = known_scope.source
            and {{ as_said('statement.stated_value') }} = known_scope.scope
    where
        statement.value_reason = 'period'
        or (statement.value is null and known_scope.scope is not null)
        or try_cast(statement.stated_scope as double) is not null
),

heading_of_edition as (
    select distinct
        source,
        edition,
        report,
        party
    from {{ ref('statement') }}
),

-- how far the end of a heading's report lies from the end of the figure's own period: none is later than its report
fact_with_lag as (
    select statement.*
    from {{ ref('statement') }} as statement
    where statement.is_fact and statement.period_start is not null and statement.report_start is not null
),

-- facts that another edition has under another heading, which this edition has too, but not for them; here they are
-- later than their report, or most of a year older than there
moved_fact as (
    select
        here.source,
        here.edition,
        here.file_row,
        here.heading,
        min(there.edition) as other_edition,
        min_by(there.heading, there.edition) as other_heading
    from fact_with_lag as here
    inner join fact_with_lag as there
        on
            here.source = there.source
            and here.edition <> there.edition
            and here.indicator_id = there.indicator_id
            and here.fact_area = there.fact_area
            and here.fact_period = there.fact_period
            and here.fact_value = there.fact_value
            and (here.report <> there.report or here.party <> there.party)
            and abs(here.days_to_report) > abs(there.days_to_report)
            and (here.days_to_report < 0 or here.days_to_report - abs(there.days_to_report) >= 300)
    inner join heading_of_edition as same_heading
        on
            here.source = same_heading.source
            and here.edition = same_heading.edition
            and there.report = same_heading.report
            and there.party = same_heading.party
    left join {{ ref('statement') }} as in_its_place
        on
            here.source = in_its_place.source
            and here.edition = in_its_place.edition
            and here.file_row = in_its_place.file_row
            and there.report = in_its_place.report
            and there.party = in_its_place.party
            and here.fact_value = in_its_place.fact_value
    left join {{ ref('statement') }} as stood_here
        on
            there.source = stood_here.source
            and there.edition = stood_here.edition
            and there.file_row = stood_here.file_row
            and here.report = stood_here.report
            and here.party = stood_here.party
            and here.fact_value = stood_here.fact_value
    where in_its_place.source is null and stood_here.source is null
    group by
        here.source,
        here.edition,
        here.file_row,
        here.heading
),

-- figures of a time long after their report: what is a month or a quarter late may have been the latest that there was
figure_before_its_time as (
    select
        source,
        edition,
        file_row,
        heading
    from fact_with_lag
    where period_start > report_end and days_to_report <= -{{ var('days_before_its_time') }}
),

suspected_block as (
    select
        coalesce(moved_fact.source, early.source) as source,
        coalesce(moved_fact.edition, early.edition) as edition,
        coalesce(moved_fact.file_row, early.file_row) as file_row,
        coalesce(moved_fact.heading, early.heading) as heading,
        moved_fact.other_edition,
        moved_fact.other_heading,
        moved_fact.source is not null and early.source is not null as is_both
    from moved_fact
    full outer join figure_before_its_time as early
        on {{ equal_in('moved_fact', 'early', place_of_statement()) }}
),

counted_block as (
    select
        suspected_block.*,
        count(*) over (
            partition by
                suspected_block.source,
                suspected_block.edition,
                suspected_block.file_row
        ) as blocks_of_row
    from suspected_block
),

-- one alone may be a slip of a date; two of a row are a shift, and one for which both speak
shifted_under_headings as (
    select
        statement.*,
        counted_block.other_edition,
        counted_block.other_heading,
        case
            when counted_block.other_heading is null
                then 'The row has several figures of a time after the report that their headings name.'
            else 'The row''s figures stand under other headings than in another edition, where they fit better.'
        end as explanation
    from {{ ref('statement') }} as statement
    inner join counted_block
        on {{ equal_in('statement', 'counted_block', place_of_statement()) }}
    where counted_block.blocks_of_row > 1 or counted_block.is_both
),

every_shift as (
    select * from block_with_mixed_cells
    union all
    select * from shifted_under_headings
)

select
    source,
    edition,
    file_row,
    heading,
    indicator_id,
    report,
    'shifted_block' as kind,
    stated_value,
    concat(coalesce(stated_scope, ''), ' ', coalesce(stated_period, '')) as against,
    max(other_edition) as other_edition,
    max(other_heading) as other_heading,
    max(explanation) as explanation
from every_shift
group by all

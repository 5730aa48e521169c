-- changes of a fact that take back an earlier one, unless that was but a rounding
select
    later.source,
    later.edition,
    later.file_row,
    later.heading,
    later.indicator_id,
    later.report,
    'correction_undone' as kind,
    later.stated_value,
    concat(min(earlier.earlier_stated_value), ', then ', min(earlier.stated_value)) as against,
    min(earlier.edition) as other_edition,
    min(earlier.heading) as other_heading,
    'The figure stood so before it was corrected; the correction is undone.' as explanation
from {{ ref('restated_figure') }} as later
inner join {{ ref('restated_figure') }} as earlier
    on
        later.indicator_id = earlier.indicator_id
        and later.fact_area = earlier.fact_area
        and later.fact_period = earlier.fact_period
        and later.statement_number > earlier.statement_number
        and later.fact_value = earlier.earlier_fact_value
        and later.earlier_fact_value = earlier.fact_value
where earlier.change <> 'rounding'
group by all

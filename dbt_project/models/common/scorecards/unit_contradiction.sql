with figure_in_its_row as (
    select
        statement.*,
        row_scale.usual_size,
        coalesce(row_scale.holds_negative, false) as holds_negative,
        coalesce(row_scale.figures, 0) as figures,
        abs(statement.value) / nullif(row_scale.usual_size, 0) as times_usual
    from {{ ref('statement') }} as statement
    left join {{ ref('scale_of_row') }} as row_scale
        on
            statement.source = row_scale.source
            and statement.edition = row_scale.edition
            and statement.file_row = row_scale.file_row
            and statement.party is not distinct from row_scale.party
),

value_that_names_another_unit as (
    select
        figure.*,
        'unit_against_value' as kind,
        'The cell names another unit than the row.' as explanation
    from figure_in_its_row as figure
    where figure.value_unit <> figure.unit_kind and figure.unit_kind <> 'rate'
),

value_of_another_kind as (
    select
        figure.*,
        'unit_against_value' as kind,
        case
            when figure.unit_kind = 'grade' then 'A number stands where the unit says that grades do.'
            else 'A grade stands where the unit says that numbers do.'
        end as explanation
    from figure_in_its_row as figure
    where
        (
            figure.unit_kind = 'grade'
            and (figure.value is not null or figure.value_reason in ('with_words', 'two_figures'))
        )
        or (figure.unit_kind <> 'grade' and figure.value_reason = 'grade')
),

count_with_a_fraction as (
    select
        figure.*,
        'unit_against_value' as kind,
        'The unit is a number of things, and the figure has a fraction.' as explanation
    from figure_in_its_row as figure
    where figure.unit_kind = 'count' and figure.value <> floor(figure.value)
),

percentage_above_100 as (
    select
        figure.*,
        'unit_against_value' as kind,
        'The unit is a percentage, and the figure is above 100.' as explanation
    from figure_in_its_row as figure
    where figure.unit_kind = 'percent' and figure.value > 100 and not figure.holds_negative
),

figure_of_another_scale as (
    select
        figure.*,
        'scale_against_row' as kind,
        'The figure is of another size than the others of its row, as where units were mixed.' as explanation
    from figure_in_its_row as figure
    where
        figure.figures >= 3
        and not figure.holds_negative
        and (figure.times_usual >= {{ var('other_scale') }} or figure.times_usual <= 1.0 / {{ var('other_scale') }})
        and figure.value <> 0
),

target_in_another_unit as (
    select
        figure.*,
        'unit_against_target' as kind,
        'The target names another unit than the row.' as explanation
    from figure_in_its_row as figure
    where figure.target_unit <> figure.unit_kind and (figure.unit_kind <> 'rate' or figure.target_unit = 'count')
),

every_contradiction as (
    select * from value_that_names_another_unit
    union all
    select * from value_of_another_kind
    union all
    select * from count_with_a_fraction
    union all
    select * from percentage_above_100
    union all
    select * from figure_of_another_scale
    union all
    select * from target_in_another_unit
)

select
    source,
    edition,
    file_row,
    heading,
    indicator_id,
    report,
    kind,
    stated_value,
    case when kind = 'unit_against_target' then stated_target else stated_unit end as against,
    cast(null as varchar) as other_edition,
    cast(null as varchar) as other_heading,
    min(explanation) as explanation
from every_contradiction
group by all

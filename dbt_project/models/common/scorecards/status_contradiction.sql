with edition_with_targets as (
    select distinct
        source,
        edition
    from {{ ref('statement') }}
    where not {{ says_no_target('stated_target') }}
),

polarity_of_indicator as (
    select
        indicator_id,
        min(polarity) as polarity
    from {{ ref('statement') }}
    where polarity is not null
    group by indicator_id
    having min(polarity) = max(polarity)
),

-- the figure that the same row gives for the report of the year before
figure_and_the_one_before as (
    select
        statement.*,
        polarity.polarity as known_polarity,
        edition_with_targets.edition is not null as has_targets,
        lag(statement.value) over (
            partition by
                statement.source,
                statement.edition,
                statement.file_row,
                statement.party,
                statement.days_of_report > 300
            order by
                statement.report_end,
                statement.heading
        ) as value_before
    from {{ ref('statement') }} as statement
    left join polarity_of_indicator as polarity
        on statement.indicator_id = polarity.indicator_id
    left join edition_with_targets
        on
            statement.source = edition_with_targets.source
            and statement.edition = edition_with_targets.edition
),

-- the bounds of a target in the row's own unit; of a level alone, the polarity tells on which side it is met
bounded_figure as (
    select
        figure.*,
        case
            when coalesce(figure.target_unit, figure.unit_kind, '') = coalesce(figure.unit_kind, '')
                then coalesce(
                    figure.target_at_least, case when figure.known_polarity = 'higher' then figure.target_level end
                )
        end as at_least,
        case
            when coalesce(figure.target_unit, figure.unit_kind, '') = coalesce(figure.unit_kind, '')
                then coalesce(
                    figure.target_at_most, case when figure.known_polarity = 'lower' then figure.target_level end
                )
        end as at_most
    from figure_and_the_one_before as figure
),

rated_figure as (
    select
        bounded_figure.*,
        {{ rag('value', 'at_least', 'at_most', 'coalesce(target_is_strict, false)', '0', "'absolute'") }} as rating
    from bounded_figure
),

status_without_value as (
    select
        figure.*,
        'status_without_value' as kind,
        figure.stated_status as says,
        'A status is stated, and no figure.' as explanation
    from rated_figure as figure
    where
        not figure.says_something
        and not {{ says_nothing('figure.stated_status') }}
        and coalesce(figure.status, '') <> 'not_applicable'
),

progress_without_value as (
    select
        figure.*,
        'progress_without_value' as kind,
        figure.stated_progress as says,
        'The figure is said to have moved or stayed, and none is stated.' as explanation
    from rated_figure as figure
    where
        not figure.says_something
        and coalesce(figure.progress, figure.direction) in ('better', 'same', 'worse')
),

status_without_target as (
    select
        figure.*,
        'status_without_target' as kind,
        figure.stated_status as says,
        'The target is said to be met or missed, and none is stated.' as explanation
    from rated_figure as figure
    where
        figure.has_targets
        and figure.status in ('met', 'missed')
        and {{ says_no_target('figure.stated_target') }}
),

target_without_status as (
    select
        figure.*,
        'target_without_status' as kind,
        figure.stated_status as says,
        'No target is said to be set, and one is stated.' as explanation
    from rated_figure as figure
    where figure.status = 'no_target' and not {{ says_no_target('figure.stated_target') }}
),

status_against_value as (
    select
        figure.*,
        'status_against_value' as kind,
        figure.stated_status as says,
        'The figure is on the other side of the target than the status says.' as explanation
    from rated_figure as figure
    where
        (figure.status = 'met' and figure.rating = 'red')
        or (figure.status = 'missed' and figure.rating = 'green')
),

progress_against_direction as (
    select
        figure.*,
        'progress_against_direction' as kind,
        figure.stated_progress as says,
        'The two columns that say how the figure moved say different things.' as explanation
    from rated_figure as figure
    where figure.progress <> figure.direction
),

progress_against_values as (
    select
        figure.*,
        'progress_against_values' as kind,
        coalesce(figure.stated_progress, figure.stated_direction) as says,
        'The row''s own figures moved the other way, or did not move.' as explanation
    from rated_figure as figure
    where
        (
            coalesce(figure.progress, figure.direction) = 'better'
            and (
                (figure.known_polarity = 'higher' and figure.value <= figure.value_before)
                or (figure.known_polarity = 'lower' and figure.value >= figure.value_before)
            )
        )
        or (
            coalesce(figure.progress, figure.direction) = 'worse'
            and (
                (figure.known_polarity = 'higher' and figure.value >= figure.value_before)
                or (figure.known_polarity = 'lower' and figure.value <= figure.value_before)
            )
        )
),

every_contradiction as (
    select * from status_without_value
    union all
    select * from progress_without_value
    union all
    select * from status_without_target
    union all
    select * from target_without_status
    union all
    select * from status_against_value
    union all
    select * from progress_against_direction
    union all
    select * from progress_against_values
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
    case
        when kind = 'progress_against_values'
            then concat(says, '; before: ', cast({{ as_figure('value_before') }} as varchar))
        when kind in ('target_without_status', 'status_against_value') then concat(says, '; target: ', stated_target)
        when kind = 'progress_against_direction' then concat(says, '; ', stated_direction)
        else says
    end as against,
    cast(null as varchar) as other_edition,
    cast(null as varchar) as other_heading,
    explanation
from every_contradiction

with agreed as (
    select
        target.indicator_id,
        target.period_type as agreed_period_type,
        target.period_start as agreed_period_start,
        target.period_end as agreed_period_end,
        target.target_words,
        target.tolerance,
        target.tolerance_type,
        target.minimum,
        target.stretch,
        target.profile,
        target.agreed_by,
        target.agreed_on,
        target.reason,
        indicator.polarity,
        -- what adds up through a year comes by the month: a twelfth of it
        indicator.measure in ('count', 'sum', 'rate', 'standardised_rate') as adds_up,
        words.is_strict,
        words.direction,
        words.amount,
        words.amount_type,
        words.comparator,
        words.relation,
        words.place,
        words.due_on,
        words.at_least as stated_at_least,
        words.at_most as stated_at_most,
        words.reason as unreadable,
        coalesce(words.kind, 'level') as stated_kind,
        coalesce(target.target, words.level) as stated_level,
        1 + length(target.profile) - length(replace(target.profile, ',', '')) as profile_levels
    from {{ ref('stg_target') }} as target
    inner join {{ ref('stg_indicator') }} as indicator
        on target.indicator_id = indicator.indicator_id
    left join {{ ref('stg_target_words') }} as words
        on
            target.indicator_id = words.indicator_id
            and target.target_words = words.target_words
),

month_of_year as (
    {{ months_between("date '2000-01-01'", "date '2000-12-01'") }}
),

part_of_year as (
    select
        'year_to_date' as part,
        cast(extract(month from month_start) as integer) as months
    from month_of_year
    union all
    select
        'month' as part,
        cast(extract(month from month_start) as integer) as months
    from month_of_year
    union all
    select
        'quarter' as part,
        cast(extract(month from month_start) as integer) as months
    from month_of_year
    where mod(extract(month from month_start), 3) = 0
    union all
    select
        'stated' as part,
        0 as months
),

placed as (
    select
        agreed.*,
        part_of_year.part = 'stated' as is_stated,
        case
            when part_of_year.part = 'stated' then agreed.agreed_period_type
            else part_of_year.part
        end as period_type,
        case
            when part_of_year.part = 'month'
                then {{ months_after('agreed.agreed_period_start', 'part_of_year.months - 1') }}
            when part_of_year.part = 'quarter'
                then {{ months_after('agreed.agreed_period_start', 'part_of_year.months - 3') }}
            else agreed.agreed_period_start
        end as period_start,
        case
            when part_of_year.part = 'stated' then agreed.agreed_period_end
            else {{ end_of_month(months_after('agreed.agreed_period_start', 'part_of_year.months - 1')) }}
        end as period_end,
        case
            when part_of_year.part = 'stated' or agreed.profile = 'flat' then agreed.stated_level
            else cast(
                trim(
                    split_part(
                        agreed.profile, ',', cast(part_of_year.months * agreed.profile_levels / 12 as integer)
                    )
                ) as double
            )
        end as level,
        case
            when part_of_year.part = 'stated' or agreed.profile <> 'flat' or not agreed.adds_up then 1.0
            when part_of_year.part = 'month' then 1 / 12.0
            when part_of_year.part = 'quarter' then 3 / 12.0
            else part_of_year.months / 12.0
        end as share_of_year
    from agreed
    inner join part_of_year
        on
            part_of_year.part = 'stated'
            or agreed.profile = 'flat'
            or (
                agreed.profile_levels > 1
                and part_of_year.part = 'year_to_date'
                and mod(part_of_year.months * agreed.profile_levels, 12) = 0
            )
),

version_of_target as (
    select
        placed.*,
        cast(row_number() over (
            partition by placed.indicator_id, placed.period_type, placed.period_start, placed.period_end
            order by placed.agreed_on asc nulls first
        ) as integer) as target_version,
        -- a year's target that was agreed anew takes its way through the year with it
        not placed.is_stated and exists (
            select 1
            from agreed
            where
                agreed.indicator_id = placed.indicator_id
                and agreed.agreed_period_type = placed.agreed_period_type
                and agreed.agreed_period_start = placed.agreed_period_start
                and agreed.agreed_on > coalesce(placed.agreed_on, date '0001-01-01')
                and agreed.agreed_on <= placed.period_end
        ) as is_replaced,
        case
            when placed.stated_kind in ('none', 'not_measurable') then placed.stated_kind
            when
                placed.polarity = 'neutral'
                and (
                    placed.level is not null
                    or placed.direction = 'improve'
                    or placed.relation in ('better', 'no_worse')
                    or placed.stated_kind in ('quartile', 'rank')
                )
                then 'not_measurable'
            else placed.stated_kind
        end as target_kind
    from placed
    where
        placed.is_stated
        or not exists (
            select 1
            from agreed
            where
                agreed.indicator_id = placed.indicator_id
                and agreed.agreed_period_type = placed.period_type
                and agreed.agreed_period_start = placed.period_start
                and agreed.agreed_period_end = placed.period_end
        )
)

select
    indicator_id,
    period_type,
    period_start,
    period_end,
    target_version,
    {{ as_figure('share_of_year * coalesce(level, case when stated_at_least is null or stated_at_most is null
        then coalesce(stated_at_least, stated_at_most) end)') }} as target,
    target_words,
    {{ as_figure("case when tolerance_type = 'relative' then 1 else share_of_year end * tolerance") }} as tolerance,
    coalesce(tolerance_type, case when tolerance is not null then 'absolute' end) as tolerance_type,
    {{ as_figure("case when is_stated or profile = 'flat' then share_of_year * minimum end") }} as minimum,
    {{ as_figure("case when is_stated or profile = 'flat' then share_of_year * stretch end") }} as stretch,
    case when is_stated then profile end as profile,
    not is_stated as is_from_profile,
    agreed_by,
    agreed_on,
    reason,
    coalesce(
        target_version = max(
            case when coalesce(agreed_on, period_end) <= period_end then target_version end
        ) over (partition by indicator_id, period_type, period_start, period_end)
        and not is_replaced,
        false
    ) as is_in_force,
    target_kind,
    {{ as_figure("share_of_year * coalesce(stated_at_least, case when polarity = 'high' then level end)") }}
        as at_least,
    {{ as_figure("share_of_year * coalesce(stated_at_most, case when polarity = 'low' then level end)") }} as at_most,
    coalesce(is_strict, false) as is_strict,
    direction,
    {{ as_figure("case when amount_type = 'relative' then 1 else share_of_year end * amount") }} as amount,
    amount_type,
    comparator,
    relation,
    place,
    due_on,
    case
        when target_kind in ('none', 'not_measurable')
            then coalesce(
                unreadable,
                'Neither a high nor a low value is good, so the target must say on which side of it a figure should be.'
            )
    end as not_measurable_because
from version_of_target

with response as (
    select
        response.wave,
        response.question,
        response.answer,
        cast(response.weight as decimal(18, 6)) as weight,
        area.area_code as ward,
        coalesce(response.age_group, 'not recorded') as age_group,
        coalesce(response.sex, 'not recorded') as sex
    from {{ ref('stg_survey_response') }} as response
    inner join {{ ref('source_coverage') }} as source_coverage
        on
            response.source = source_coverage.source
            and response.fieldwork_end <= source_coverage.covered_to
    left join {{ ref('stg_area') }} as area
        on response.area_code = area.area_code
    where response.answer is not null
),

response_in_group as (
    select
        wave,
        question,
        answer,
        'all' as respondent_group,
        'all' as group_value,
        weight
    from response
    union all
    select
        wave,
        question,
        answer,
        'ward' as respondent_group,
        coalesce(ward, 'not recorded') as group_value,
        weight
    from response
    union all
    select
        wave,
        question,
        answer,
        'age_group' as respondent_group,
        age_group as group_value,
        weight
    from response
    union all
    select
        wave,
        question,
        answer,
        'sex' as respondent_group,
        sex as group_value,
        weight
    from response
),

base as (
    select
        wave,
        question,
        respondent_group,
        group_value,
        count(*) as base,
        sum(weight) as weight,
        sum(weight * weight) as squared_weight
    from response_in_group
    group by
        wave,
        question,
        respondent_group,
        group_value
),

given_answer as (
    select distinct
        wave,
        question,
        answer
    from response
),

answered as (
    select
        wave,
        question,
        answer,
        respondent_group,
        group_value,
        count(*) as answered,
        sum(weight) as weight
    from response_in_group
    group by
        wave,
        question,
        answer,
        respondent_group,
        group_value
),

share as (
    select
        base.wave,
        base.question,
        given_answer.answer,
        base.respondent_group,
        base.group_value,
        base.base,
        cast(base.weight as double) * cast(base.weight as double)
        / cast(base.squared_weight as double) as effective_base,
        cast(coalesce(answered.weight, 0) as double) / cast(base.weight as double) as proportion,
        coalesce(answered.answered, 0) as answered
    from base
    inner join given_answer
        on
            base.wave = given_answer.wave
            and base.question = given_answer.question
    left join answered
        on
            base.wave = answered.wave
            and base.question = answered.question
            and base.respondent_group = answered.respondent_group
            and base.group_value = answered.group_value
            and given_answer.answer = answered.answer
),

wave as (
    select
        wave,
        min(fieldwork_start) as period_start,
        max(fieldwork_end) as period_end
    from {{ ref('stg_survey_response') }}
    group by
        wave
)

select
    share.wave,
    share.question,
    share.answer,
    share.respondent_group,
    share.group_value,
    cast(share.base as bigint) as base,
    {{ as_figure('effective_base') }} as effective_base,
    {{ as_figure('100 * proportion') }} as percentage,
    {{ as_figure('100 * ' ~ wilson_limit('proportion', 'effective_base', 'lower')) }} as lower_95,
    {{ as_figure('100 * ' ~ wilson_limit('proportion', 'effective_base', 'upper')) }} as upper_95,
    cast(null as varchar) as value_note,
    cast(share.answered as bigint) as answered,
    cast(share.base - share.answered as bigint) as answered_otherwise,
    case when share.respondent_group = 'ward' then nullif(share.group_value, 'not recorded') end as area_code,
    wave.period_start,
    wave.period_end
from share
inner join wave
    on share.wave = wave.wave

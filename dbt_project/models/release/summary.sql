with figure as (
    select
        assessment.indicator_id,
        assessment.period_type,
        assessment.period_end,
        assessment.rag,
        assessment.direction,
        assessment.is_green_but_worse_than_peers,
        period.financial_year,
        council.as_of,
        {{ end_of_month(months_after(
            'assessment.period_end',
            '11 - mod(extract(month from assessment.period_end) - council.year_start_month + 12, 12)'
        )) }} as year_end
    from {{ ref('assessment') }} as assessment
    inner join {{ ref('stg_council') }} as council
        on assessment.area_code = council.area_code
    inner join {{ ref('indicator') }} as indicator
        on
            assessment.indicator_id = indicator.indicator_id
            and assessment.method_version = indicator.latest_version
    inner join {{ ref('period') }} as period
        on
            assessment.period_type = period.period_type
            and assessment.period_start = period.period_start
            and assessment.period_end = period.period_end
),

year as (
    select
        financial_year,
        max(year_end) as year_end,
        max(year_end) <= max(as_of) as is_complete
    from figure
    group by financial_year
),

figure_of_year as (
    select *
    from figure
    qualify
        row_number() over (
            partition by financial_year, indicator_id
            order by
                case period_type
                    when 'financial_year' then 1
                    when 'calendar_year' then 2
                    when 'academic_year' then 3
                    when 'rolling_12_months' then 4
                    when 'multi_year' then 5
                    when 'wave' then 6
                    when 'point' then 7
                    when 'year_to_date' then 8
                    when 'quarter' then 9
                    else 10
                end asc nulls last,
                period_end desc nulls last
        ) = 1
),

counted as (
    select
        year.financial_year,
        year.is_complete,
        count(*) as indicators,
        count(case when figure_of_year.direction = 'improved' then 1 end) as improved,
        count(case when figure_of_year.direction = 'stayed the same' then 1 end) as stayed_the_same,
        count(case when figure_of_year.direction = 'got worse' then 1 end) as got_worse,
        count(case when figure_of_year.rag = 'green' then 1 end) as green,
        count(case when figure_of_year.rag = 'amber' then 1 end) as amber,
        count(case when figure_of_year.rag = 'red' then 1 end) as red,
        count(case when figure_of_year.is_green_but_worse_than_peers then 1 end) as green_but_worse_than_peers
    from year
    inner join {{ ref('adoption') }} as adoption
        on adoption.adopted_on is null or year.year_end >= adoption.adopted_on
    left join figure_of_year
        on
            year.financial_year = figure_of_year.financial_year
            and adoption.indicator_id = figure_of_year.indicator_id
    group by
        year.financial_year,
        year.is_complete
)

select
    financial_year,
    is_complete,
    cast(indicators as integer) as indicators,
    cast(improved as integer) as improved,
    cast(stayed_the_same as integer) as stayed_the_same,
    cast(got_worse as integer) as got_worse,
    cast(indicators - improved - stayed_the_same - got_worse as integer) as cannot_say,
    cast(green as integer) as green,
    cast(amber as integer) as amber,
    cast(red as integer) as red,
    cast(green_but_worse_than_peers as integer) as green_but_worse_than_peers,
    case when is_complete then 'In ' else 'So far in ' end || financial_year || ', of '
    || cast(indicators as varchar) || ' indicators, ' || cast(improved as varchar) || ' improved, '
    || cast(stayed_the_same as varchar) || ' stayed the same, ' || cast(got_worse as varchar)
    || ' got worse, and for ' || cast(indicators - improved - stayed_the_same - got_worse as varchar)
    || ' we cannot say. Of ' || cast(green + amber + red as varchar) || ' rated against a target, '
    || cast(green as varchar) || ' are green, ' || cast(amber as varchar) || ' amber and '
    || cast(red as varchar) || ' red.' as sentence
from counted

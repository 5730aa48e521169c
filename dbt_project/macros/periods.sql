{#- Periods: how a record names its day, and how months make longer periods. -#}

{#- The three period columns of a record that counts on one day, for an indicator's SQL. -#}
{% macro on_day(moment) -%}
'day' as period_type,
    cast({{ moment }} as date) as period_start,
    cast({{ moment }} as date) as period_end
{%- endmacro %}

{#- The three period columns of a record that belongs to a stated period, such as a survey wave. -#}
{% macro in_period(period_type, period_start, period_end) -%}
'{{ period_type }}' as period_type,
    {{ period_start }} as period_start,
    {{ period_end }} as period_end
{%- endmacro %}

{% macro first_of_month(date) -%}
cast({{ dbt.date_trunc('month', date) }} as date)
{%- endmacro %}

{% macro months_after(date, months) -%}
cast({{ dbt.dateadd('month', months, date) }} as date)
{%- endmacro %}

{% macro days_after(date, days) -%}
cast({{ dbt.dateadd('day', days, date) }} as date)
{%- endmacro %}

{% macro end_of_month(date) -%}
cast({{ dbt.last_day(date, 'month') }} as date)
{%- endmacro %}

{#- One row a month (column month_start) from the month of one date to the month of another, both included. -#}
{% macro months_between(first_month, last_month) -%}
    {{ return(adapter.dispatch('months_between', 'yardstick')(first_month, last_month)) }}
{%- endmacro %}

{% macro duckdb__months_between(first_month, last_month) -%}
select cast(unnest(generate_series({{ first_month }}, {{ last_month }}, interval 1 month)) as date) as month_start
{%- endmacro %}

{% macro spark__months_between(first_month, last_month) -%}
select explode(sequence({{ first_month }}, {{ last_month }}, interval 1 month)) as month_start
{%- endmacro %}

{#- The English name of a month number. -#}
{% macro month_name(number) -%}
{%- set names = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October',
    'November', 'December'] -%}
case {{ number }}
        {%- for name in names %}
        when {{ loop.index }} then '{{ name }}'
        {%- endfor %}
    end
{%- endmacro %}

{#- Of several sources, the last day up to which all are complete. A source delivered once holds nobody up. -#}
{% macro covered_by_all() -%}
coalesce(
        min(case when not source_coverage.delivered_once then source_coverage.covered_to end),
        max(source_coverage.covered_to)
    )
{%- endmacro %}

{#- Whole calendar days from the day of one moment to the day of another. -#}
{% macro days_between(first_moment, second_moment) -%}
{{ dbt.datediff(
        "cast(" ~ first_moment ~ " as date)",
        "cast(" ~ second_moment ~ " as date)",
        "day"
    ) }}
{%- endmacro %}

{#- How many months a date lies after the start of its financial year, 0 to 11. -#}
{% macro months_into_year(date, year_start_month) -%}
mod(extract(month from {{ date }}) - {{ year_start_month }} + 12, 12)
{%- endmacro %}

{#- The name of the financial year that begins in the month of a date: 2026/27, or 2026 where it is the calendar year. -#}
{% macro financial_year_name(first_month, year_start_month) -%}
case
        when {{ year_start_month }} = 1
            then cast(extract(year from {{ first_month }}) as varchar)
        else concat(
            cast(extract(year from {{ first_month }}) as varchar),
            '/',
            right(cast(extract(year from {{ first_month }}) + 1 as varchar), 2)
        )
    end
{%- endmacro %}

{#- The name of a quarter of a financial year, by the months that its first day lies after the start of the year. -#}
{% macro quarter_name(months_into_year, financial_year) -%}
concat('Q', cast(1 + cast(floor({{ months_into_year }} / 3) as integer) as varchar), ' ', {{ financial_year }})
{%- endmacro %}

{#- The English name of a date's month with its year. -#}
{% macro month_and_year(date) -%}
concat(
        {{ month_name('extract(month from ' ~ date ~ ')') }},
        ' ',
        cast(extract(year from {{ date }}) as varchar)
    )
{%- endmacro %}

{#- One row a day (column calendar_date) from one date to another, both included. -#}
{% macro days_from_to(first_day, last_day) -%}
    {{ return(adapter.dispatch('days_from_to', 'yardstick')(first_day, last_day)) }}
{%- endmacro %}

{% macro duckdb__days_from_to(first_day, last_day) -%}
select cast(unnest(generate_series({{ first_day }}, {{ last_day }}, interval 1 day)) as date) as calendar_date
{%- endmacro %}

{% macro spark__days_from_to(first_day, last_day) -%}
select explode(sequence({{ first_day }}, {{ last_day }}, interval 1 day)) as calendar_date
{%- endmacro %}

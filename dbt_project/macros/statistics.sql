{#-
    Statistics that are plain arithmetic, so that they give the same bytes on any engine and thread count.

    Limits are those of a two-sided interval; side: 'lower' or 'upper'; confidence: 95 or 99.8 percent (Wilson: 90
    too). None is rounded. Arguments are SQL expressions, none of them an integer that SQL would divide as such.
-#}

{#-
    A limit of the Wilson interval of a proportion, 0 to 1.

    proportion: 0 to 1; base: how many it rests on (the effective base where answers are weighted). NULL where the base is
    0 or NULL, and where the proportion is not one.
-#}
{% macro wilson_limit(proportion, base, side, confidence=95) -%}
{%- set z = normal_quantile(confidence) -%}
{%- set z2 = z * z -%}
case
        when {{ proportion }} between 0 and 1
            then (
                2 * {{ base }} * {{ proportion }} + {{ z2 }}
                {{ '-' if side == 'lower' else '+' }} {{ z }} * sqrt(
                    {{ z2 }} + 4 * {{ base }} * {{ proportion }} * (1 - {{ proportion }})
                )
            ) / (2 * (nullif({{ base }}, 0) + {{ z2 }}))
    end
{%- endmacro %}

{#-
    A limit of a number of events: exact (Poisson) below ten, Byar's from there on.

    events: a whole number as a double; NULL below ten where it is not whole, as when it is a sum of amounts.
-#}
{% macro events_limit(events, side, confidence=95) -%}
{%- set z = normal_quantile(confidence) -%}
{%- set exact = few_events_limits(side, confidence) -%}
{%- set counted = events if side == 'lower' else '(' ~ events ~ ' + 1)' -%}
case
        when {{ events }} >= {{ exact | length }}
            then {{ counted }} * power(
                1 - 1 / (9 * {{ counted }}) {{ '-' if side == 'lower' else '+' }} {{ z }} / (3 * sqrt({{ counted }})), 3
            )
        {%- for limit in exact %}
        when {{ events }} = {{ loop.index0 }} then {{ limit }}
        {%- endfor %}
    end
{%- endmacro %}

{#-
    The quantile of Student's t distribution.

    degrees: degrees of freedom, a whole number. Where it is above those listed the series of Cornish and Fisher is used.
-#}
{% macro t_quantile(degrees, confidence=95) -%}
    {{ return(adapter.dispatch('t_quantile', 'yardstick')(degrees, confidence)) }}
{%- endmacro %}

{% macro duckdb__t_quantile(degrees, confidence) -%}
{%- set listed = listed_t_quantiles(confidence) -%}
case
        when {{ degrees }} > {{ listed | length }} then {{ t_quantile_series(degrees, normal_quantile(confidence)) }}
        when {{ degrees }} >= 1 then list_extract({{ listed }}, cast({{ degrees }} as bigint))
    end
{%- endmacro %}

{% macro spark__t_quantile(degrees, confidence) -%}
{%- set listed = listed_t_quantiles(confidence) -%}
case
        when {{ degrees }} > {{ listed | length }} then {{ t_quantile_series(degrees, normal_quantile(confidence)) }}
        when {{ degrees }} >= 1 then element_at(array({{ listed | join(', ') }}), cast({{ degrees }} as int))
    end
{%- endmacro %}

{% macro t_quantile_series(degrees, z) -%}
{%- set terms = [
    (z ** 3 + z) / 4,
    (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96,
    (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384,
    (79 * z ** 9 + 776 * z ** 7 + 1482 * z ** 5 - 1920 * z ** 3 - 945 * z) / 92160
] -%}
{{ z }}
            {%- for term in terms %}
            + {{ term }} / power(cast({{ degrees }} as double), {{ loop.index }})
            {%- endfor %}
{%- endmacro %}

{#-
    The sample standard deviation, from sums that are decimals of at most `places` places.

    The squares are taken about the mean as it is to so many places: exact decimals, so that nothing is lost where the mean is
    large and the deviations are small, and values that are all the same deviate by 0. NULL for fewer than two values. A mean
    has 18 digits in all, a sum 20: the more places, the fewer before the point.
-#}
{% macro standard_deviation(total, total_of_squares, number, places=6) -%}
{%- set centre -%}
cast(round(cast({{ total }} as double) / nullif({{ number }}, 0), {{ places }}) as decimal(18, {{ places }}))
{%- endset -%}
{%- set sum_type = 'decimal(20, ' ~ places ~ ')' -%}
sqrt(
        greatest(
            cast(
                {{ total_of_squares }}
                - {{ centre }} * cast(2 * cast({{ total }} as {{ sum_type }}) - {{ number }} * {{ centre }} as {{ sum_type }})
                as double
            )
            - {{ number }} * power(cast({{ total }} as double) / nullif({{ number }}, 0) - cast({{ centre }} as double), 2),
            0
        ) / nullif({{ number }} - 1, 0)
    )
{%- endmacro %}

{#- Half the width of the interval of a mean by Student's t. NULL for fewer than two values. -#}
{% macro mean_margin(deviation, number, confidence=95) -%}
{{ t_quantile('(' ~ number ~ ' - 1)', confidence) }} * {{ deviation }} / sqrt(nullif({{ number }}, 0))
{%- endmacro %}

{#-
    A directly standardised rate per person, an aggregate over age groups: what the rate would be in the standard population.

    weight: people of the standard population in the age group, out of 100,000; events and population: those of the age
    group. NULL where any age group has no population. Sums are decimals, so that their order does not matter.
-#}
{% macro standardised_rate(weight, events, population) -%}
case
        when count(nullif({{ population }}, 0)) = count(*)
            then cast(sum(cast({{ weight }} * {{ events }} / nullif({{ population }}, 0) as decimal(38, 20))) as double)
                / sum({{ weight }})
    end
{%- endmacro %}

{#- The variance of a directly standardised rate per person, an aggregate over age groups. -#}
{% macro standardised_variance(weight, events, population) -%}
cast(
        sum(cast(power({{ weight }} / nullif({{ population }}, 0), 2) * {{ events }} as decimal(38, 20))) as double
    ) / power(sum({{ weight }}), 2)
{%- endmacro %}

{#-
    A limit of a directly standardised rate by Dobson's method: that of its events, stretched by its own variance.

    rate, variance: per person; events: in all age groups. NULL for fewer than ten events.
-#}
{% macro standardised_limit(rate, variance, events, side, confidence=95) -%}
case
        when {{ events }} >= {{ few_events_limits(side, confidence) | length }}
            then {{ rate }} + sqrt({{ variance }} / {{ events }}) * (
                {{ events_limit(events, side, confidence) }} - {{ events }}
            )
    end
{%- endmacro %}

{#-
    A percentile of each group of a histogram, as the body of a common table expression.

    histogram: a relation with the columns of `keys`, `measured_value` and `records` (how many records have that value).
    percentile: 0 to 100, an expression in columns of the histogram that are the same in all rows of a group.
    Gives the keys; `percentile_value`, interpolated between the two nearest values (the median of an even number is half way
    between the middle two); and its limits `percentile_lower_95` and `percentile_upper_95`: the values whose ranks are nearest
    to the normal limits of the rank of the percentile. Both are NULL where either rank is beyond the values there are.
-#}
{% macro percentile_of(histogram, keys, percentile=50) -%}
{%- set z = normal_quantile(95) -%}
select
        {%- for key in keys %}
        ranked.{{ key }},
        {%- endfor %}
        min(case when ranked.records_up_to >= ceil(ranked.position) then ranked.measured_value end)
        - (ceil(min(ranked.position)) - min(ranked.position)) * (
            min(case when ranked.records_up_to >= ceil(ranked.position) then ranked.measured_value end)
            - min(case when ranked.records_up_to >= floor(ranked.position) then ranked.measured_value end)
        ) as percentile_value,
        min(
            case
                when
                    ranked.lower_rank >= 1
                    and ranked.upper_rank <= ranked.records_in_all
                    and ranked.records_up_to >= ranked.lower_rank
                    then ranked.measured_value
            end
        ) as percentile_lower_95,
        min(
            case
                when
                    ranked.lower_rank >= 1
                    and ranked.upper_rank <= ranked.records_in_all
                    and ranked.records_up_to >= ranked.upper_rank
                    then ranked.measured_value
            end
        ) as percentile_upper_95
    from (
        select
            cumulated.*,
            1 + (cumulated.records_in_all - 1) * cumulated.percentile / 100 as position,
            round(
                cumulated.records_in_all * cumulated.percentile / 100
                - {{ z }} / 100 * sqrt(cumulated.records_in_all * cumulated.percentile * (100 - cumulated.percentile))
            ) as lower_rank,
            round(
                1 + cumulated.records_in_all * cumulated.percentile / 100
                + {{ z }} / 100 * sqrt(cumulated.records_in_all * cumulated.percentile * (100 - cumulated.percentile))
            ) as upper_rank
        from (
            select
                {%- for key in keys %}
                {{ histogram }}.{{ key }},
                {%- endfor %}
                {{ histogram }}.measured_value,
                cast({{ percentile }} as double) as percentile,
                sum({{ histogram }}.records) over (
                    partition by {% for key in keys %}{{ histogram }}.{{ key }}{{ ', ' if not loop.last }}{% endfor %}
                    order by {{ histogram }}.measured_value
                    rows between unbounded preceding and current row
                ) as records_up_to,
                sum({{ histogram }}.records) over (
                    partition by {% for key in keys %}{{ histogram }}.{{ key }}{{ ', ' if not loop.last }}{% endfor %}
                ) as records_in_all
            from {{ histogram }}
        ) as cumulated
    ) as ranked
    group by
        {%- for key in keys %}
        ranked.{{ key }}{{ ',' if not loop.last }}
        {%- endfor %}
{%- endmacro %}

{#- The published form of a figure: rounded to four places. -#}
{% macro as_figure(expression) -%}
cast(round({{ expression }}, 4) as decimal(18, 4))
{%- endmacro %}

{#- A figure as text with so many decimals, as people read it; at most four, as it is published. -#}
{% macro as_shown(expression, decimals) -%}
case {{ decimals }}
            {%- for places in range(4) %}
            when {{ places }} then cast(cast(round({{ expression }}, {{ places }}) as decimal(18, {{ places }})) as varchar)
            {%- endfor %}
            else cast(cast(round({{ expression }}, 4) as decimal(18, 4)) as varchar)
        end
{%- endmacro %}

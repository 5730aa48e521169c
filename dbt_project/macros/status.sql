{#- How a figure stands beside its target, its past and other authorities, in rules and in words. -#}

{#-
    Red, amber or green: where a value stands to its bounds, each in the same unit and perhaps NULL for none.

    at_least, at_most: the bounds that meet the target; is_strict: whether a value on a bound does not meet it; tolerance: how
    far off is amber, in the unit (`absolute`) or in percent of the bound (`relative`). Differences are compared after rounding
    to nine places. Gives green, amber, red, no_data (no value) or no_target (no bound).
-#}
{% macro rag(value, at_least, at_most, is_strict, tolerance, tolerance_type) -%}
case
        when {{ value }} is null then 'no_data'
        when {{ at_least }} is null and {{ at_most }} is null then 'no_target'
        when
            {{ meets_bound(value ~ ' - ' ~ at_least, is_strict) }}
            and {{ meets_bound(at_most ~ ' - ' ~ value, is_strict) }}
            then 'green'
        when
            {{ nearly_meets_bound(value ~ ' - ' ~ at_least, at_least, is_strict, tolerance, tolerance_type) }}
            and {{ nearly_meets_bound(at_most ~ ' - ' ~ value, at_most, is_strict, tolerance, tolerance_type) }}
            then 'amber'
        else 'red'
    end
{%- endmacro %}

{% macro meets_bound(gap, is_strict) -%}
coalesce(round(cast({{ gap }} as double), 9) > 0 or (not {{ is_strict }} and round(cast({{ gap }} as double), 9) = 0), true)
{%- endmacro %}

{% macro nearly_meets_bound(gap, bound, is_strict, tolerance, tolerance_type) -%}
(
                {{ meets_bound(gap, is_strict) }}
                or coalesce(
                    {{ tolerance }} > 0
                    and round(cast({{ gap }} as double), 9) >= -round(
                        case
                            when {{ tolerance_type }} = 'relative' then abs(cast({{ bound }} as double)) * {{ tolerance }} / 100
                            else {{ tolerance }}
                        end,
                        9
                    ),
                    false
                )
            )
{%- endmacro %}

{#-
    Direction of travel from an earlier value to a value: improved, stayed the same, got worse or cannot say.

    band: a change no larger than this is none. Where neither high nor low is good (polarity neutral), a larger change cannot be
    called either.
-#}
{% macro direction_of_travel(value, previous, polarity, band) -%}
case
        when {{ value }} is null or {{ previous }} is null then 'cannot say'
        when round(cast(abs({{ value }} - {{ previous }}) as double), 9) <= {{ band }} then 'stayed the same'
        when {{ polarity }} = 'high' and {{ value }} > {{ previous }} then 'improved'
        when {{ polarity }} = 'low' and {{ value }} < {{ previous }} then 'improved'
        when {{ polarity }} in ('high', 'low') then 'got worse'
        else 'cannot say'
    end
{%- endmacro %}

{#-
    Better, similar or worse: the interval of a figure beside that of a benchmark; higher or lower where neither is good.

    A benchmark without an interval is given as both its own limits. Touching intervals are similar; not_compared where
    anything is missing.
-#}
{% macro compared_by_interval(lower, upper, benchmark_lower, benchmark_upper, polarity) -%}
case
        when
            {{ lower }} is null or {{ upper }} is null or {{ benchmark_lower }} is null or {{ benchmark_upper }} is null
            then 'not_compared'
        when {{ lower }} <= {{ benchmark_upper }} and {{ upper }} >= {{ benchmark_lower }} then 'similar'
        when {{ polarity }} not in ('high', 'low') and {{ lower }} > {{ benchmark_upper }} then 'higher'
        when {{ polarity }} not in ('high', 'low') then 'lower'
        when ({{ lower }} > {{ benchmark_upper }}) = ({{ polarity }} = 'high') then 'better'
        else 'worse'
    end
{%- endmacro %}

{#-
    The quantile, 1 to `quantiles`, of what has a rank (1 for the first, ties with the best of their ranks) among a number of
    values. Ties stand in one quantile, which ntile would split. NULL where there are fewer values than quantiles.
-#}
{% macro quantile_of_rank(rank, number, quantiles) -%}
case
        when {{ number }} >= {{ quantiles }} and {{ rank }} is not null
            then cast(
                greatest(
                    1,
                    floor({{ quantiles + 1 }} - ceil(cast({{ number }} + 1 - {{ rank }} as double) * {{ quantiles }} / {{ number }}))
                ) as integer
            )
    end
{%- endmacro %}

{#-
    Where a figure stands among those of other authorities, as the body of a common table expression.

    figure: a relation with the columns of `keys`, `value`, `polarity`, `least_peers`, and `peer_value`, a row a peer. Gives the
    keys; `peers`, how many have a value; and, where the figure has a value and at least `least_peers` peers have one, their
    `peer_median`, which leaves the figure out, `peer_rank`, 1 and the number that are strictly better, and `peer_quartile`, of
    the figure and its peers together, 1 the best.
-#}
{% macro peer_position(figure, keys) -%}
select
        {%- for key in keys %}
        ranked.{{ key }},
        {%- endfor %}
        ranked.peers,
        ranked.peer_median,
        ranked.peer_rank,
        {{ quantile_of_rank('ranked.peer_rank', '(ranked.peers + 1)', 4) }} as peer_quartile
    from (
        select
            {%- for key in keys %}
            {{ figure }}.{{ key }},
            {%- endfor %}
            count({{ figure }}.peer_value) as peers,
            case
                when max({{ figure }}.value) is not null and count({{ figure }}.peer_value) >= max({{ figure }}.least_peers)
                    then percentile_cont(0.5) within group (order by cast({{ figure }}.peer_value as double))
            end as peer_median,
            case
                when
                    max({{ figure }}.value) is not null
                    and count({{ figure }}.peer_value) >= max({{ figure }}.least_peers)
                    and max({{ figure }}.polarity) in ('high', 'low')
                    then 1 + count(
                        case
                            when {{ figure }}.polarity = 'high' and {{ figure }}.peer_value > {{ figure }}.value then 1
                            when {{ figure }}.polarity = 'low' and {{ figure }}.peer_value < {{ figure }}.value then 1
                        end
                    )
            end as peer_rank
        from {{ figure }}
        group by
            {%- for key in keys %}
            {{ figure }}.{{ key }}{{ ',' if not loop.last }}
            {%- endfor %}
    ) as ranked
{%- endmacro %}

{#-
    Whether a value is worse than another; NULL where either is missing or neither high nor low is good. The difference is
    compared after rounding to nine places, as a median half way between two values may miss its last digit.
-#}
{% macro is_worse(value, other, polarity) -%}
case {{ polarity }}
        when 'high' then round(cast({{ value }} - {{ other }} as double), 9) < 0
        when 'low' then round(cast({{ value }} - {{ other }} as double), 9) > 0
    end
{%- endmacro %}

{#- A number in words, with so many decimals. -#}
{% macro number_text(value, decimals) -%}
case {{ decimals }}
        {%- for places in range(4) %}
        when {{ places }} then cast(cast(round({{ value }}, {{ places }}) as decimal(18, {{ places }})) as varchar)
        {%- endfor %}
        else cast(cast(round({{ value }}, 4) as decimal(18, 4)) as varchar)
    end
{%- endmacro %}

{#- How far two values are apart, in words: less than the last place shown where they differ by less than can be shown. -#}
{% macro difference_text(difference, decimals) -%}
case
        when {{ difference }} <> 0 and round({{ difference }} * power(10, {{ decimals }}), 0) = 0
            then 'less than ' || {{ number_text('power(10, -' ~ decimals ~ ')', decimals) }}
        else {{ number_text(difference, decimals) }}
    end
{%- endmacro %}

{#- A figure in words, with its unit. -#}
{% macro figure_text(value, decimals, unit) -%}
{{ number_text(value, decimals) }} || case when {{ unit }} = 'percent' then '%' else ' ' || {{ unit }} end
{%- endmacro %}

{#- A day in words, as in 12 March 2025. -#}
{% macro date_text(date) -%}
cast(extract(day from {{ date }}) as varchar) || ' ' || {{ month_name('extract(month from ' ~ date ~ ')') }}
    || ' ' || cast(extract(year from {{ date }}) as varchar)
{%- endmacro %}

{#- A number with its ending, as in 1st, 2nd, 11th. -#}
{% macro ordinal_text(number) -%}
cast({{ number }} as varchar) || case
        when mod({{ number }}, 100) between 11 and 13 then 'th'
        when mod({{ number }}, 10) = 1 then 'st'
        when mod({{ number }}, 10) = 2 then 'nd'
        when mod({{ number }}, 10) = 3 then 'rd'
        else 'th'
    end
{%- endmacro %}

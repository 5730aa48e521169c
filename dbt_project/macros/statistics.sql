{#- Statistics that are plain arithmetic, so that they give the same bytes on any engine and thread count. -#}

{#-
    One limit of the Wilson 95 % interval of a proportion, 0 to 1, not rounded.

    proportion: 0 to 1; base: how many it rests on (the effective base where answers are weighted); side: 'lower' or
    'upper'. NULL where the base is 0 or NULL.
-#}
{% macro wilson_limit(proportion, base, side) -%}
{%- set z = var('z_95') -%}
{%- set z2 = z * z -%}
(
        2 * {{ base }} * {{ proportion }} + {{ z2 }}
        {{ '-' if side == 'lower' else '+' }} {{ z }} * sqrt(
            {{ z2 }} + 4 * {{ base }} * {{ proportion }} * (1 - {{ proportion }})
        )
    ) / (2 * (nullif({{ base }}, 0) + {{ z2 }}))
{%- endmacro %}

{#-
    The median of each group of a histogram, as the body of a common table expression.

    histogram: a relation with the columns of `keys`, `measured_value` and `records` (how many records have that value).
    Gives the keys and `median_value`: the middle value, or the mean of the two middle values.
-#}
{% macro median_of(histogram, keys) -%}
select
        {%- for key in keys %}
        cumulated.{{ key }},
        {%- endfor %}
        (
            min(case when 2 * cumulated.records_up_to >= cumulated.records_in_all then cumulated.measured_value end)
            + min(case when 2 * cumulated.records_up_to > cumulated.records_in_all then cumulated.measured_value end)
        ) / 2 as median_value
    from (
        select
            {%- for key in keys %}
            {{ histogram }}.{{ key }},
            {%- endfor %}
            {{ histogram }}.measured_value,
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
    group by
        {%- for key in keys %}
        cumulated.{{ key }}{{ ',' if not loop.last }}
        {%- endfor %}
{%- endmacro %}

{#- The published form of a figure: rounded to four places. -#}
{% macro as_figure(expression) -%}
cast(round({{ expression }}, 4) as decimal(18, 4))
{%- endmacro %}

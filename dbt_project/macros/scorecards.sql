{#- What a scorecard states: words compared, and words that say nothing. -#}

{#- A text as it is compared: spaces and case tell nothing apart. -#}
{% macro as_said(text) -%}
upper(replace(trim({{ text }}), ' ', ''))
{%- endmacro %}

{#- Whether a cell is empty, or says that there is nothing to say. -#}
{% macro says_nothing(text) -%}
coalesce({{ as_said(text) }}, '') in (
        '', 'N/A', 'NA', 'N.A.', 'NONE', 'NONESET', 'NOTSET', 'NOTAPPLICABLE', 'TBC', '-', '–', '..'
    )
{%- endmacro %}

{#- Whether a cell for a target says that there is none. -#}
{% macro says_no_target(text) -%}
({{ says_nothing(text) }} or {{ as_said(text) }} in ('NOTARGET', 'NOTARGETSET'))
{%- endmacro %}

{#- The columns that say where in which publication a figure stands; they name it. -#}
{% macro place_of_statement() -%}
    {{ return(['source', 'edition', 'file_row', 'heading']) }}
{%- endmacro %}

{#- Whether one number is the other with fewer places after the point: none, one or two. -#}
{% macro is_rounding(one, other) -%}
coalesce(
        {{ one }} <> {{ other }}
        and (
            {{ one }} in (round({{ other }}, 0), round({{ other }}, 1), round({{ other }}, 2))
            or {{ other }} in (round({{ one }}, 0), round({{ one }}, 1), round({{ one }}, 2))
        ),
        false
    )
{%- endmacro %}

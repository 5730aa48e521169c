{#- Keys of several columns, for models that repeat them. -#}

{#- The columns of a relation, with commas between. -#}
{% macro columns_of(relation, columns) -%}
{%- for column in columns -%}
{{ relation }}.{{ column }}{{ ', ' if not loop.last }}
{%- endfor -%}
{%- endmacro %}

{#- Whether two relations are equal in each of the columns. -#}
{% macro equal_in(one, other, columns) -%}
{%- for column in columns -%}
{{ one }}.{{ column }} = {{ other }}.{{ column }}{{ ' and ' if not loop.last }}
{%- endfor -%}
{%- endmacro %}

{#- Fails for each row with a gap in one of the columns. Published as the constraint `required`. -#}
{% test required(model, columns) %}
select
    {{ columns | join(',\n    ') }}
from {{ model }}
where
    {%- for column in columns %}
    {{ 'or ' if not loop.first }}{{ column }} is null
    {%- endfor %}
{% endtest %}

{#-
    Fails for each key, complete in all its columns, that the other model does not hold.
    Published as a foreign key where both models are published in one dataset.
-#}
{% test foreign_key(model, columns, to, to_columns) %}
select distinct
    {%- for column in columns %}
    referring.{{ column }}{{ ',' if not loop.last }}
    {%- endfor %}
from {{ model }} as referring
where
    {%- for column in columns %}
    referring.{{ column }} is not null and
    {%- endfor %}
    not exists (
        select 1
        from {{ to }} as referred
        where
            {%- for column in columns %}
            {{ 'and ' if not loop.first }}referring.{{ column }} = referred.{{ to_columns[loop.index0] }}
            {%- endfor %}
    )
{% endtest %}

{#- The indicators to build, and their rows in one shape. -#}

{#-
    The method versions to build, from YARDSTICK_INDICATORS: `<indicator_id>.v<N>` separated by commas; empty for none.
    Gives a list of {id, version}.
-#}
{% macro built_methods() %}
    {%- set methods = [] -%}
    {%- for item in env_var('YARDSTICK_INDICATORS', '').split(',') if item.strip() -%}
        {%- set parts = item.strip().rsplit('.v', 1) -%}
        {%- do methods.append({'id': parts[0], 'version': parts[1] | int}) -%}
    {%- endfor -%}
    {{ return(methods) }}
{% endmacro %}

{#- Whether the SQL of a method gives a column `weight`, as its YAML says. -#}
{% macro is_weighted(method) %}
    {%- if not execute -%}{{ return(false) }}{%- endif -%}
    {%- set node = graph.nodes['model.' ~ project_name ~ '.' ~ method.id ~ '.v' ~ method.version] -%}
    {{ return(node.config.meta.get('weighted', false)) }}
{% endmacro %}

{#- Every row that every built method counts, as a query. -#}
{% macro counted_records() %}
{%- for method in built_methods() %}
    {%- set counted = ref(method.id, v=method.version) %}
    select
        '{{ method.id }}' as indicator_id,
        {{ method.version }} as method_version,
        counted.delivery,
        counted.area_code,
        counted.period_type,
        counted.period_start,
        counted.period_end,
        cast(counted.numerator as decimal(18, 6)) as numerator,
        cast(counted.denominator as decimal(18, 6)) as denominator,
        cast({{ 'counted.weight' if is_weighted(method) else '1' }} as decimal(18, 6)) as weight
    from {{ counted }} as counted
    {{ 'union all' if not loop.last }}
{%- else %}
    select
        cast(null as varchar) as indicator_id,
        cast(null as integer) as method_version,
        cast(null as varchar) as delivery,
        cast(null as varchar) as area_code,
        cast(null as varchar) as period_type,
        cast(null as date) as period_start,
        cast(null as date) as period_end,
        cast(null as decimal(18, 6)) as numerator,
        cast(null as decimal(18, 6)) as denominator,
        cast(null as decimal(18, 6)) as weight
    where 1 = 0
{%- endfor %}
{% endmacro %}

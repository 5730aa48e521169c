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

{#- What the YAML of a method says in one of its fields; the default where it says nothing. -#}
{% macro stated(method, field, default) %}
    {%- if not execute -%}{{ return(default) }}{%- endif -%}
    {%- set node = graph.nodes['model.' ~ project_name ~ '.' ~ method.id ~ '.v' ~ method.version] -%}
    {{ return(node.config.meta.get(field, default)) }}
{% endmacro %}

{#-
    Every row that every built method counts, as a query: once for everybody, and once more for each breakdown of the method.
    A row without a group stands under "not recorded". `stratum` is the age group where the rate is standardised by age.
-#}
{% macro counted_records() %}
{%- for method in built_methods() %}
    {%- set counted = ref(method.id, v=method.version) %}
    {%- set measure = stated(method, 'measure', 'count') %}
    {%- for breakdown in ['all'] + stated(method, 'breakdowns', []) %}
    select
        '{{ method.id }}' as indicator_id,
        {{ method.version }} as method_version,
        counted.delivery,
        counted.area_code,
        counted.period_type,
        counted.period_start,
        counted.period_end,
        '{{ breakdown }}' as breakdown,
        {%- if breakdown == 'all' %}
        'all' as breakdown_value,
        {%- else %}
        coalesce(cast(counted.{{ breakdown }} as varchar), 'not recorded') as breakdown_value,
        {%- endif %}
        {{ "coalesce(counted.age_group, 'not recorded')" if measure == 'standardised_rate' else "'all'" }} as stratum,
        cast(counted.numerator as decimal(18, 6)) as numerator,
        cast(counted.denominator as decimal(18, 6)) as denominator,
        cast({{ 'counted.weight' if stated(method, 'weighted', false) else '1' }} as decimal(18, 6)) as weight
    from {{ counted }} as counted
    {{ 'union all' if not loop.last }}
    {%- endfor %}
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
        cast(null as varchar) as breakdown,
        cast(null as varchar) as breakdown_value,
        cast(null as varchar) as stratum,
        cast(null as decimal(18, 6)) as numerator,
        cast(null as decimal(18, 6)) as denominator,
        cast(null as decimal(18, 6)) as weight
    where 1 = 0
{%- endfor %}
{% endmacro %}

{#- The figures that the SQL of a method gives itself (measure `free`), of every built method, as a query. -#}
{% macro free_figures() %}
{%- set columns = [
    ('delivery', 'varchar'), ('area_code', 'varchar'), ('period_type', 'varchar'), ('period_start', 'date'),
    ('period_end', 'date'), ('breakdown', 'varchar'), ('breakdown_value', 'varchar'), ('numerator', 'double'),
    ('denominator', 'double'), ('value', 'double'), ('lower_95', 'double'), ('upper_95', 'double'), ('counted', 'bigint')
] -%}
{#- What a method states is not known before everything is parsed, but what is read must be. -#}
{%- if not execute -%}
    {%- for method in built_methods() -%}{%- do ref(method.id, v=method.version) -%}{%- endfor -%}
{%- endif -%}
{%- for method in built_methods() if stated(method, 'measure', 'count') == 'free' %}
    select
        '{{ method.id }}' as indicator_id,
        {{ method.version }} as method_version,
        {%- for column, type in columns %}
        cast(free_figure.{{ column }} as {{ type }}) as {{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ ref(method.id, v=method.version) }} as free_figure
    {{ 'union all' if not loop.last }}
{%- else %}
    select
        cast(null as varchar) as indicator_id,
        cast(null as integer) as method_version,
        {%- for column, type in columns %}
        cast(null as {{ type }}) as {{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
    where 1 = 0
{%- endfor %}
{% endmacro %}

{#-
    The standard population of every built method that states one, as a query: one row a method and age group, with its people
    out of 100,000.
-#}
{% macro standard_populations() %}
{%- set groups = [] -%}
{%- for method in built_methods() -%}
    {%- set population = stated(method, 'standard_population', {}) -%}
    {%- for age_group, people in population.items() -%}
        {%- do groups.append((method, age_group, 100000 * people / population.values() | sum)) -%}
    {%- endfor -%}
{%- endfor -%}
{%- for method, age_group, people in groups %}
    select
        '{{ method.id }}' as indicator_id,
        {{ method.version }} as method_version,
        '{{ age_group | replace("'", "''") }}' as stratum,
        cast({{ people }} as double) as weight
    {{ 'union all' if not loop.last }}
{%- else %}
    select
        cast(null as varchar) as indicator_id,
        cast(null as integer) as method_version,
        cast(null as varchar) as stratum,
        cast(null as double) as weight
    where 1 = 0
{%- endfor %}
{% endmacro %}

{#-
    A limit of a figure before its multiplier, by its calculation; side: 'lower' or 'upper'. NULL where there is none.

    figure: a relation of the model `observation` that has the figure and all that it rests on.
-#}
{% macro limit_of_figure(figure, side) -%}
case
            when {{ figure }}.calculation = 'percentage'
                then {{ wilson_limit(figure ~ '.plain_value', figure ~ '.effective_base', side) }}
            when {{ figure }}.calculation = 'rate' and {{ figure }}.is_of_events
                then {{ events_limit(figure ~ '.numerator', side) }} / nullif({{ figure }}.denominator, 0)
            when {{ figure }}.calculation = 'standardised_rate'
                then {{ standardised_limit(
                    figure ~ '.standardised_rate', figure ~ '.standardised_variance', figure ~ '.numerator', side
                ) }}
            when {{ figure }}.calculation = 'mean' and {{ figure }}.is_of_cases
                then {{ figure }}.plain_value {{ '-' if side == 'lower' else '+' }} {{ mean_margin(
                    figure ~ '.deviation', figure ~ '.counted'
                ) }}
            when {{ figure }}.calculation in ('median', 'percentile') then {{ figure }}.percentile_{{ side }}_95
        end
{%- endmacro %}

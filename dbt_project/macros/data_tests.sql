{#- All data tests of what a run has built, in one query: dbt's own runner takes longer to prepare a test than to run it. -#}

{#-
    Runs every data test of the models built, where all that it reads was built, and writes what they found as
    <state>/dbt/tested.parquet: one row a test (test, model, severity, failing: how many rows or keys break it, found: the first
    ten of these keys, of a test that only warns).
    A key that leads to the safe form of a model is looked up in the model, which has the same rows.
    A hook at the end of a run; results: what dbt says became of each node.
-#}
{% macro run_data_tests(results) %}
    {%- set models = results | selectattr('node.resource_type', 'equalto', 'model') | list -%}
    {%- set built = models | selectattr('status', 'equalto', 'success') | map(attribute='node.unique_id') | list -%}
    {%- set not_built = models | rejectattr('status', 'equalto', 'success') | map(attribute='node.unique_id') | list -%}
    {%- set queries = [] -%}
    {%- for test in graph.nodes.values() if test.resource_type == 'test' and test.attached_node in built -%}
        {%- if not test.depends_on.nodes | select('in', not_built) | list -%}
            {%- do queries.append(failures_of(test)) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if queries -%}
copy ({{ queries | join('\nunion all\n') }}) to '{{ env_var("YARDSTICK_STATE") }}/dbt/tested.parquet' (format parquet)
    {%- endif -%}
{% endmacro %}

{#- How many rows or keys break a generic data test, as a query; test: its node in dbt's graph. -#}
{% macro failures_of(test) %}
    {%- set given = {'model': relation_of(graph.nodes[test.attached_node].name)} -%}
    {%- for name, value in test.test_metadata.kwargs.items() if name != 'model' -%}
        {%- set referred = modules.re.match("(?:ref\('|source\('safe', ')(\w+)'\)$", value) if value is string -%}
        {%- do given.update({name: relation_of(referred.group(1)) if referred else value}) -%}
    {%- endfor -%}
select
    '{{ test.name }}' as test,
    '{{ graph.nodes[test.attached_node].name }}' as model,
    '{{ test.config.severity | lower }}' as severity,
    count(*) as failing,
    {{ keys_found(test) }} as found
from ({{ context['test_' ~ test.test_metadata.name](**given) }}) as failing_row
{%- endmacro %}

{#-
    The first ten keys that lead nowhere, where a test of keys only warns; of a key that looks like no id, only that it is there.
    test: its node in dbt's graph.
-#}
{% macro keys_found(test) %}
    {%- if test.test_metadata.name == 'foreign_key' and test.config.severity | lower == 'warn' -%}
        {%- set key = "concat_ws('/', " ~ test.test_metadata.kwargs.columns | join(', ') ~ ')' -%}
        {%- set shown = "case when regexp_full_match(" ~ key ~ ", '[\\w./-]{1,80}') then " ~ key ~ " else 'words that are no id' end" -%}
array_to_string(list_sort(list(distinct {{ shown }}))[:10], ', ')
    {%- else -%}
cast(null as varchar)
    {%- endif -%}
{% endmacro %}

{#- The table or view that a model is. -#}
{% macro relation_of(name) %}
    {%- set node = graph.nodes['model.' ~ project_name ~ '.' ~ name] -%}
    {{ return(api.Relation.create(database=node.database, schema=node.schema, identifier=node.alias)) }}
{% endmacro %}

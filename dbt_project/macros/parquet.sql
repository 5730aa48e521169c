{#-
    Writes a built model beside the warehouse as <state>/<folder>/<model>.parquet, ordered by its columns from the first on,
    so that the same rows are the same bytes. An empty model gives an empty file with its columns (dbt-duckdb's own
    `external` materialisation would write a row of nulls). A post-hook of marts and release models.
-#}
{% macro write_parquet(folder) -%}
copy (select * from {{ this }} order by all)
to '{{ env_var("YARDSTICK_STATE") }}/{{ folder }}/{{ this.identifier }}.parquet' (format parquet)
{%- endmacro %}

{#- What every staging model says the same way. -#}

{#- The columns that say where a row came from. -#}
{% macro provenance() -%}
    {{ return(['source', 'delivery', 'intake_id', 'received_at', 'row_number']) }}
{%- endmacro %}

{#-
    The latest version of each record of a record type.

    fields: the record type's own columns; key: the columns that name a record.
    Only rows whose intake belongs to a delivery in use take part. Of the versions of a record the one received
    last counts; within one moment the order is by delivery, then row number, so that the answer is always the same.

    In an incremental run only intakes that the table does not hold are read; what the table holds of the same
    records competes with them, so an older version that arrives late replaces nothing.
-#}
{% macro latest_version(record_type, key, fields) %}
{%- set columns = fields + provenance() -%}
with intake_in_use as (
    select delivery.intake_id
    from {{ ref('stg_delivery') }} as delivery
    where
        delivery.in_use
        {%- if is_incremental() %}
        and delivery.intake_id not in (select distinct kept.intake_id from {{ this }} as kept)
        {%- endif %}
),

offered as (
    select
        {%- for column in columns %}
        accepted.{{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ source('accepted', record_type) }} as accepted
    inner join intake_in_use
        on accepted.intake_id = intake_in_use.intake_id
),

{%- if is_incremental() %}

offered_key as (
    select distinct
        {%- for column in key %}
        offered.{{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
    from offered
),

version_of_record as (
    select
        {%- for column in columns %}
        offered.{{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
    from offered
    union all
    select
        {%- for column in columns %}
        kept.{{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ this }} as kept
    inner join offered_key
        on
            {%- for column in key %}
            {{ 'and ' if not loop.first }}kept.{{ column }} = offered_key.{{ column }}
            {%- endfor %}
),
{%- else %}

version_of_record as (
    select
        {%- for column in columns %}
        offered.{{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
    from offered
),
{%- endif %}

ordered as (
    select
        {%- for column in columns %}
        version_of_record.{{ column }},
        {%- endfor %}
        row_number() over (
            partition by
                {%- for column in key %}
                version_of_record.{{ column }}{{ ',' if not loop.last }}
                {%- endfor %}
            order by
                version_of_record.received_at desc,
                version_of_record.delivery desc,
                version_of_record.row_number desc
        ) as recency
    from version_of_record
)

select
    {%- for column in columns %}
    {{ column }}{{ ',' if not loop.last }}
    {%- endfor %}
from ordered
where recency = 1
{% endmacro %}

{#- What every staging model says the same way. -#}

{#- The columns that say where a row came from. -#}
{% macro provenance() -%}
    {{ return(['source', 'delivery', 'intake_id', 'received_at', 'row_number']) }}
{%- endmacro %}

{#- The named columns of a relation, in lines. -#}
{% macro listed(relation, columns) -%}
        {%- for column in columns %}
        {{ relation }}.{{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
{%- endmacro %}

{#- Whether two relations name the same record; fields of a key may be empty. -#}
{% macro same_record(one, other, key) -%}
            {%- for column in key %}
            {{ 'and ' if not loop.first }}{{ one }}.{{ column }} is not distinct from {{ other }}.{{ column }}
            {%- endfor %}
{%- endmacro %}

{#-
    The latest version of each record of a record type.

    fields: the record type's own columns; key: the columns that name a record.
    Only rows whose intake belongs to a delivery in use take part. Of the versions of a record the one received
    last counts; within one moment the order is by delivery, then row number, so that the answer is always the same.
    Only records that have several versions are put in order: most have one, and all of them are too many to sort.

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

{%- if is_incremental() %}

offered as (
    select
        {{- listed('accepted', columns) }}
    from {{ source('accepted', record_type) }} as accepted
    inner join intake_in_use
        on accepted.intake_id = intake_in_use.intake_id
),

offered_key as (
    select distinct
        {{- listed('offered', key) }}
    from offered
),

version_of_record as (
    select
        {{- listed('offered', columns) }}
    from offered
    union all
    select
        {{- listed('kept', columns) }}
    from {{ this }} as kept
    inner join offered_key
        on
            {{- same_record('kept', 'offered_key', key) }}
),
{%- else %}

key_of_several as (
    select
        {{- listed('accepted', key) }},
        true as has_several
    from {{ source('accepted', record_type) }} as accepted
    inner join intake_in_use
        on accepted.intake_id = intake_in_use.intake_id
    group by
        {{- listed('accepted', key) }}
    having count(*) > 1
),

only_version as (
    select
        {{- listed('accepted', columns) }}
    from {{ source('accepted', record_type) }} as accepted
    inner join intake_in_use
        on accepted.intake_id = intake_in_use.intake_id
    left join key_of_several
        on
            {{- same_record('accepted', 'key_of_several', key) }}
    where key_of_several.has_several is null
),

version_of_record as (
    select
        {{- listed('accepted', columns) }}
    from {{ source('accepted', record_type) }} as accepted
    inner join intake_in_use
        on accepted.intake_id = intake_in_use.intake_id
    inner join key_of_several
        on
            {{- same_record('accepted', 'key_of_several', key) }}
),
{%- endif %}

ordered as (
    select
        {{- listed('version_of_record', columns) }},
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
{%- if not is_incremental() %}
union all
select
    {%- for column in columns %}
    {{ column }}{{ ',' if not loop.last }}
    {%- endfor %}
from only_version
{%- endif %}
{% endmacro %}

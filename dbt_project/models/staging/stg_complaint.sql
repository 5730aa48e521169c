{{ config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key=['source', 'case_id']
) }}

{{ latest_version(
    'complaint',
    key=['source', 'case_id'],
    fields=[
        'case_id', 'kind', 'service', 'theme', 'stage', 'outcome', 'received_on', 'due_on', 'closed_on',
        'area_code'
    ]
) }}

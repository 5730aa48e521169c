{{ config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key=['source', 'request_id']
) }}

{{ latest_version(
    'service_request',
    key=['source', 'request_id'],
    fields=[
        'request_id', 'service', 'category', 'opened_at', 'due_at', 'closed_at', 'outcome', 'area_code',
        'channel', 'priority', 'score'
    ]
) }}

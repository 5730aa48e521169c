{{ config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key=['source', 'wave', 'respondent_id', 'question']
) }}

{{ latest_version(
    'survey_response',
    key=['source', 'wave', 'respondent_id', 'question'],
    fields=[
        'wave', 'fieldwork_start', 'fieldwork_end', 'respondent_id', 'question', 'answer', 'weight',
        'area_code', 'age_group', 'sex'
    ]
) }}

{{ config(tags=['release']) }}

select
    indicator_id,
    method_version,
    period_type,
    period_start,
    period_end,
    area_code,
    breakdown,
    breakdown_value,
    value,
    lower_95,
    upper_95,
    value_note
from {{ source('safe', 'observation') }}

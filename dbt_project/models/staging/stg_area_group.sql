select
    area_code,
    breakdown,
    breakdown_value
from {{ source('reference', 'area_group') }}

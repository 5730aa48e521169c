select
    area_code,
    area_name,
    area_type,
    parent_code
from {{ source('reference', 'area') }}

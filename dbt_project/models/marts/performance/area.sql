select
    area_code,
    area_name,
    area_type,
    parent_code
from {{ ref('stg_area') }}

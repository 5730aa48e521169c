select
    area.area_code,
    area.area_code as in_area_code
from {{ ref('stg_area') }} as area
union
select
    area.area_code,
    council.area_code as in_area_code
from {{ ref('stg_area') }} as area
cross join {{ ref('stg_council') }} as council

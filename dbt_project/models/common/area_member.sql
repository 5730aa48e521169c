select
    area.area_code,
    area.area_code as in_area_code,
    'all' as in_breakdown,
    'all' as in_breakdown_value
from {{ ref('stg_area') }} as area
union
select
    area.area_code,
    council.area_code as in_area_code,
    'all' as in_breakdown,
    'all' as in_breakdown_value
from {{ ref('stg_area') }} as area
cross join {{ ref('stg_council') }} as council
union
select
    area_group.area_code,
    council.area_code as in_area_code,
    area_group.breakdown as in_breakdown,
    area_group.breakdown_value as in_breakdown_value
from {{ ref('stg_area_group') }} as area_group
cross join {{ ref('stg_council') }} as council

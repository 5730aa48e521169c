select
    comparator_group,
    kind,
    area_code
from {{ source('reference', 'comparator_group') }}

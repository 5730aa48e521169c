select
    source,
    delivery,
    field,
    row_count,
    missing_count
from {{ source('reference', 'completeness') }}

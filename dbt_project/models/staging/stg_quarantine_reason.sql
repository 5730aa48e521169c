select
    source,
    delivery,
    field,
    rule,
    row_count
from {{ source('reference', 'quarantine_reason') }}

select
    indicator_id,
    method_version,
    change,
    reason,
    valid_from,
    approved_by,
    sql,
    fingerprint
from {{ source('reference', 'method') }}

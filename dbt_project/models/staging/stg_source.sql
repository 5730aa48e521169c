select
    source,
    title,
    owner,
    record_type,
    cadence,
    licence,
    origin,
    sensitivity,
    is_old,
    old_reason,
    last_good_received_at
from {{ source('reference', 'source') }}

select
    indicator_id,
    target_words,
    kind,
    level,
    at_least,
    at_most,
    is_strict,
    direction,
    amount,
    amount_type,
    comparator,
    relation,
    place,
    due_on,
    reason
from {{ source('reference', 'target_words') }}

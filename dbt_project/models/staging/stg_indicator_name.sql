select
    source,
    name_id,
    same_as,
    evidence,
    confirmed_by,
    confirmed_on
from {{ source('reference', 'indicator_name') }}

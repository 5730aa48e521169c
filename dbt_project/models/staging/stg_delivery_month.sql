select
    source,
    delivery,
    month,
    rows_accepted,
    rows_set_aside
from {{ source('reference', 'delivery_month') }}

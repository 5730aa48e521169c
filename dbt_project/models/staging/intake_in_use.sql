select
    intake_id,
    delivery
from {{ ref('stg_delivery') }}
where in_use

select
    priority_id,
    title,
    description
from {{ ref('stg_priority') }}

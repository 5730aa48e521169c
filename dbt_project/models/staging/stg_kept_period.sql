select
    period_type,
    period_start,
    period_end
from {{ source('reference', 'kept_period') }}

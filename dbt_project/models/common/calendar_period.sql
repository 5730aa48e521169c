select distinct
    period_type,
    period_start,
    period_end
from {{ ref('month_of_period') }}

select
    council_name,
    area_code,
    year_start_month,
    as_of,
    provisional_days
from {{ source('reference', 'council') }}

select
    council_name,
    area_code,
    year_start_month,
    as_of,
    provisional_days,
    no_change_band
from {{ source('reference', 'council') }}

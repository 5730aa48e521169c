select
    council_name,
    area_code,
    year_start_month,
    as_of,
    provisional_days,
    no_change_band,
    consent_day
from {{ source('reference', 'council') }}

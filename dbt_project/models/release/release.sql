select
    version,
    previous_version,
    as_of,
    change,
    summary,
    code_sha256,
    deliveries_sha256,
    tables_sha256
from {{ source('previous', 'release') }}
union all
select
    version,
    previous_version,
    as_of,
    change,
    summary,
    code_sha256,
    deliveries_sha256,
    tables_sha256
from {{ source('reference', 'this_release') }}

select
    dataset,
    key,
    value
from {{ source('reference', 'dataset_metadata') }}

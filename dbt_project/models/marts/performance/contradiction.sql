with found as (
    select * from {{ ref('unit_contradiction') }}
    union all
    select * from {{ ref('status_contradiction') }}
    union all
    select * from {{ ref('shifted_block') }}
    union all
    select * from {{ ref('swapped_row') }}
    union all
    select * from {{ ref('undone_correction') }}
    union all
    select * from {{ ref('silent_figure') }}
)

select
    source,
    edition,
    cast(file_row as integer) as file_row,
    heading,
    kind,
    indicator_id,
    report,
    stated_value,
    against,
    other_edition,
    other_heading,
    explanation
from found

-- what the figures of one row and party are like: a single one of another scale, or a negative one, stands out from it
select
    source,
    edition,
    file_row,
    party,
    count(*) as figures,
    median(abs(value)) as usual_size,
    min(value) < 0 as holds_negative
from {{ ref('statement') }}
where value is not null and value <> 0
group by
    source,
    edition,
    file_row,
    party

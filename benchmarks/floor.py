"""The floor: the same work by hand in plain DuckDB, with nothing that makes it trustworthy.

One file read, cast and checked by the same rules, both outputs written, the latest version of each record taken, and the
same indicators computed over the same periods and areas and written. No receipts, audit trail, tests, disclosure control,
packages or restart. ``python -m benchmarks.floor FILE FOLDER [--no-indicators]``; FILE is CSV or Parquet.
"""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb

from benchmarks.records import WARDS

CHECKED = """
create view checked as
with cells as (
    select
        row_number() over () as row_number,
        * replace (nullif(trim("Opened"), '') as "Opened", nullif(trim("Due"), '') as "Due",
            nullif(trim("Closed"), '') as "Closed",
            nullif(trim("Ward"), '') as "Ward", nullif(trim("Outcome"), '') as "Outcome")
    from {records}
),
typed as (
    select
        row_number, trim("Ref") as request_id, trim("Service") as service, trim("Category") as category,
        try_strptime("Opened", '%d/%m/%Y %H:%M') as opened_at, try_strptime("Due", '%d/%m/%Y %H:%M') as due_at,
        try_strptime("Closed", '%d/%m/%Y %H:%M') as closed_at, "Outcome" as outcome,
        case when "Ward" in ({wards}) then "Ward" end as area_code,
        map {{'TEL': 'phone', 'WEB': 'web', 'APP': 'app', 'EML': 'email', 'F2F': 'in_person'}}[trim("Channel")] as channel,
        trim("Priority") as priority, "Opened", "Due", "Closed", "Ward", "Channel" as channel_cell
    from cells
)
select
    *,
    list_filter([
        case when request_id is null then 'request_id missing' end,
        case when not regexp_matches(service, '^[a-z][a-z0-9_]*$') then 'service pattern' end,
        case when "Opened" is null then 'opened_at missing' when opened_at is null then 'opened_at not a date'
            when opened_at < timestamp '1950-01-01' then 'opened_at too early' end,
        case when "Due" is not null and due_at is null then 'due_at not a date' end,
        case when "Closed" is not null and closed_at is null then 'closed_at not a date' end,
        case when closed_at < opened_at then 'closed before opened' end,
        case when "Ward" is not null and area_code is null then 'unknown area' end,
        case when channel_cell is not null and channel is null then 'unlisted value' end
    ], lambda reason: reason is not null) as reasons
from typed
"""

INDICATORS = """
create table event as
with latest as (
    select * from read_parquet('{folder}/accepted.parquet')
    qualify row_number() over (partition by request_id order by row_number desc) = 1
)
select 'in_time_repairs_1' as indicator, closed_at as moment, area_code, closed_at <= due_at as yes, null::integer as days
from latest where service = 'housing_repairs' and closed_at is not null and due_at is not null
union all
select 'in_time_repairs_2', closed_at, area_code, closed_at <= due_at, null
from latest
where service = 'housing_repairs' and closed_at is not null and due_at is not null and outcome is distinct from 'cancelled'
union all
select 'days_repairs', closed_at, area_code, null, date_diff('day', opened_at, closed_at)
from latest where service = 'housing_repairs' and closed_at is not null
union all
select 'in_time_streets', closed_at, area_code, closed_at <= due_at, null
from latest where service = 'street_problems' and closed_at is not null and due_at is not null
"""

OBSERVATIONS = """
create table observation as
with in_area as (
    select indicator, date_trunc('month', moment)::date as month, area_code, yes, days from event where area_code is not null
    union all select indicator, date_trunc('month', moment)::date, 'council', yes, days from event
),
period as (
    select distinct
        month, unnest(['month', 'quarter', 'financial_year']) as period_type,
        unnest([month, date_trunc('quarter', month)::date,
            make_date(year(month) - case when month(month) < 4 then 1 else 0 end, 4, 1)]) as period_start
    from in_area
    union all
    select distinct t.month, 'year_to_date', u.month
    from (select distinct month from in_area) t join (select distinct month from in_area) u
        on make_date(year(t.month) - case when month(t.month) < 4 then 1 else 0 end, 4, 1)
            = make_date(year(u.month) - case when month(u.month) < 4 then 1 else 0 end, 4, 1) and t.month <= u.month
)
select
    indicator, period_type, period_start, area_code, count(*) filter (where yes) as numerator, count(*) as denominator,
    100 * numerator / denominator as value, median(days) as median
from in_area join period using (month)
where area_code = 'council' or period_type in ('quarter', 'financial_year')
group by all order by all
"""


READ_CSV = """read_csv('{path}', all_varchar = true, header = true, delim = ',', quote = '"', escape = '"', auto_detect = true)"""


def main(path: Path, folder: Path, with_indicators: bool) -> None:
    """Do all of it once; or what comes before the indicators."""
    folder.mkdir(parents=True, exist_ok=True)
    wards = ", ".join(f"'{ward}'" for ward in WARDS)
    with duckdb.connect() as connection:
        connection.execute(f"set temp_directory = '{folder}'")
        records = READ_CSV.format(path=path) if path.suffix == ".csv" else f"read_parquet('{path}')"
        connection.execute(CHECKED.format(records=records, wards=wards))
        connection.execute("create table judged as select *, count(*) over (partition by request_id) as copies from checked")
        connection.execute(
            f"copy (select * exclude (reasons, copies) from judged where len(reasons) = 0 and copies = 1) "
            f"to '{folder}/accepted.parquet' (compression zstd)"
        )
        connection.execute(
            f"copy (select * from judged where len(reasons) > 0 or copies > 1) "
            f"to '{folder}/quarantine.parquet' (compression zstd)"
        )
        connection.execute("drop table judged")
        if not with_indicators:
            return
        connection.execute(INDICATORS.format(folder=folder))
        connection.execute(OBSERVATIONS)
        connection.execute(f"copy observation to '{folder}/observation.csv' (header true)")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), "--no-indicators" not in sys.argv)

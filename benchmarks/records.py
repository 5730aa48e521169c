"""Service records for the benchmark, a CSV or Parquet file a call, made by DuckDB from row numbers alone: same call, same bytes.

Fifteen columns, ten of them mapped; about 1 row in 200 has a fault. Six services, twenty-five wards, sixty months.
"""

from __future__ import annotations

import os
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb

WARDS = [f"E05088{number:03}" for number in range(1, 26)]
SERVICES = ["housing_repairs", "waste", "street_problems", "planning", "benefits", "council_tax"]
CHANNELS = ["TEL", "WEB", "APP", "EML", "F2F"]
FIRST_DAY, MONTHS = date(2021, 4, 1), 60

ROWS = """
with numbered as (
    select
        n,
        cast(hash(n * 7919 + {seed}) >> 2 as bigint) as h1,
        cast(hash(n * 104729 + {seed} + 1) >> 2 as bigint) as h2,
        cast(hash(n * 1299709 + {seed} + 2) >> 2 as bigint) as h3
    from range({first}, {first} + {rows}) as numbers(n)
),
dated as (
    select *, timestamp '{start}' + to_seconds(cast(h1 % {seconds} as bigint)) as opened from numbered
),
told as (
    select
        *,
        opened + to_days(cast(3 + h2 % 26 as integer)) as due,
        case when h2 % 20 = 0 then null else opened + to_seconds(cast(h3 % 2592000 as bigint)) end as closed
    from dated
)
select
    'R' || lpad(cast(n as varchar), 9, '0') as "Ref",
    {services}[1 + h1 % 6] as "Service",
    'Type ' || cast(h2 % 40 as varchar) as "Category",
    case when h3 % 997 = 0 then '31/02/2025 10:00' else strftime(opened, '%d/%m/%Y %H:%M') end as "Opened",
    strftime(due, '%d/%m/%Y %H:%M') as "Due",
    case when h3 % 991 = 1 then strftime(opened - interval 3 day, '%d/%m/%Y %H:%M')
        else coalesce(strftime(closed, '%d/%m/%Y %H:%M'), '') end as "Closed",
    case when closed is null then '' when h2 % 33 = 0 then 'cancelled' else 'completed' end as "Outcome",
    case when h1 % 1009 = 0 then 'Nowhere' when h1 % 50 = 1 then '' else {wards}[1 + h2 % 25] end as "Ward",
    case when h2 % 1013 = 0 then 'Pigeon' else {channels}[1 + h3 % 5] end as "Channel",
    'P' || cast(1 + h3 % 4 as varchar) as "Priority",
    'Somebody ' || cast(h1 % 99991 as varchar) as "Name",
    cast(h2 % 300 as varchar) || ' Invented Road' as "Address",
    '01632 960' || lpad(cast(h3 % 1000 as varchar), 3, '0') as "Phone",
    'A note, with a comma, of case ' || cast(n as varchar) as "Note",
    cast(h1 % 7 as varchar) as "Team"
from told
"""


def write_records(path: Path, rows: int, first: int = 0, months: int = MONTHS, start: date = FIRST_DAY, seed: int = 1) -> None:
    """Write ``rows`` records, numbered from ``first``, spread over ``months`` from ``start``; nothing where it stands."""
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    query = ROWS.format(
        first=first,
        rows=rows,
        seed=seed,
        start=start.isoformat(),
        seconds=int(months * 30.4 * 86400),
        services=SERVICES,
        wards=WARDS,
        channels=CHANNELS,
    )
    temporary = path.with_suffix(".partial")
    with duckdb.connect() as connection:
        form = "format parquet" if path.suffix == ".parquet" else "format csv, header true"
        connection.execute(f"copy ({query}) to '{temporary}' ({form})")
    temporary.rename(path)
    last = date(start.year + (start.month - 1 + months) // 12, (start.month - 1 + months) % 12 + 1, 2)
    received = datetime(last.year, last.month, last.day, 6, tzinfo=UTC).timestamp()
    os.utime(path, (received, received))

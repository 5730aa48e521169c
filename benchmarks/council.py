"""The council that the benchmark measures: written out as anybody's would be, one source of records and one of adoptions."""

from __future__ import annotations

import os
from pathlib import Path

from benchmarks.records import WARDS

ADOPTED = ["repairs_in_time", "repairs_days", "street_problems_in_time"]
COUNCIL = """name: Benchmark Council
area_code: E06000997
contact: {name: Performance team, email: performance@benchmark.example}
licence: OGL-UK-3.0
areas:
"""
FACTS = """title: %s
owner: Nobody
cadence: monthly
licence: OGL-UK-3.0
origin: Made for the benchmark
lawful_basis: public task
retention: {years: 6}
sensitivity: personal
"""
RECORDS = """record_type: service_request
connector: {type: file_drop, folder: ../../inbox/records, glob: "*.%s"}
format: %s
"""
MAPPING = """dates: ["%d/%m/%Y %H:%M"]
columns:
  request_id: Ref
  service: Service
  category: Category
  opened_at: Opened
  due_at: Due
  closed_at: Closed
  outcome: Outcome
  area_code: {column: Ward, lookup: areas}
  channel: {column: Channel, values: {TEL: phone, WEB: web, APP: app, EML: email, F2F: in_person}}
  priority: Priority
"""
ADOPTIONS = """record_type: adoption
connector: {type: file_drop, folder: ../../inbox/adoptions, glob: "*.csv"}
format: {type: csv, encoding: utf-8}
columns: {indicator_id: Indicator, owner: Owner, level: {constant: operational}}
"""


FORMATS = {"csv": "{type: csv, encoding: utf-8}", "parquet": "{type: parquet}"}


def write_council(folder: Path, kind: str = "csv", indicators: list[str] | None = None) -> list[str]:
    """Write council file, sources and adoptions under ``folder``; return the arguments that name them to ``yardstick``.

    ``kind`` is the format of the records; ``indicators`` are those adopted, a few of the project's own unless given.
    """
    areas = [f'  - {{code: {code}, name: "Ward {code[-3:]}", type: ward}}\n' for code in WARDS]
    files = {
        "council.yml": COUNCIL + "".join(areas),
        "sources/records/source.yml": FACTS % "Service records" + RECORDS % (kind, FORMATS[kind]) + MAPPING,
        "sources/adoptions/source.yml": FACTS % "Adopted indicators" + ADOPTIONS,
        "inbox/adoptions/adopted.csv": "Indicator,Owner\n" + "".join(f"{name},Nobody\n" for name in indicators or ADOPTED),
    }
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    os.utime(folder / "inbox/adoptions/adopted.csv", (1_640_000_000, 1_640_000_000))
    places = {"council": "council.yml", "sources": "sources", "state": "state", "publish": "published"}
    return [text for name, place in places.items() for text in (f"--{name}", str(folder / place))]

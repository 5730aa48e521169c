"""One source over files that a test writes, through landing and intake."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

import polars as pl

from pipelines.council import Area, Council
from pipelines.intake import take_in_all
from pipelines.land import deliveries, land
from pipelines.receipts import Receipt, accepted_path, quarantine_path
from pipelines.sources import Source, load_source
from pipelines.workspace import Workspace

COUNCIL = Council(
    "Test Council", "E06000996", "Team", "team@council.example", "OGL-UK-3.0", None, 4, 30, 5,
    (Area("E05099001", "Abbey", "ward", ("1", "Abbey Ward")),),
)  # fmt: skip
SOURCE = """title: Records
owner: A team
cadence: monthly
licence: OGL-UK-3.0
origin: Made for a test
lawful_basis: public task
retention: {years: 6}
sensitivity: personal
record_type: service_request
connector: {type: file_drop, folder: inbox, glob: "*"}
format: {type: csv, encoding: utf-8}
missing: ["", "N/A"]
dates: ["%d/%m/%Y %H:%M", "%d/%m/%Y"]
quarantine_limit_percent: 100
columns:
  request_id: Ref
  service: {constant: housing_repairs}
  opened_at: Opened
  due_at: {column: Due, end_of_day: true}
  closed_at: Closed
  area_code: {column: Ward, lookup: areas}
  channel: {column: How, values: {TEL: phone, "?": null}}
required: [opened_at]
"""
HEADER = "Ref,Opened,Due,Closed,Ward,How\n"
GOOD = "007,01/04/2025 09:00,10/04/2025,02/04/2025 10:30,Abbey,TEL\n"


class Case:
    """A source folder with an inbox, and a state folder."""

    def __init__(self, folder: Path, text: str = SOURCE) -> None:
        self.path = folder / "records" / "source.yml"
        (folder / "records" / "inbox").mkdir(parents=True)
        self.path.write_text(text, encoding="utf-8")
        self.workspace = Workspace.at(state=folder / "state", publish=folder / "published")
        self.workspace.prepare()

    @property
    def source(self) -> Source:
        return load_source(self.path, COUNCIL)

    def drop(self, content: str | bytes, name: str = "a.csv", received: datetime | None = None) -> None:
        data = content.encode() if isinstance(content, str) else content
        path = self.path.parent / "inbox" / name
        path.write_bytes(data)
        if received:
            os.utime(path, times=(received.timestamp(), received.timestamp()))

    def take_in(self) -> Receipt:
        """Land and judge everything; the receipt of the last delivery."""
        land(self.source, self.workspace)
        return list(take_in_all(self.source, deliveries("records", self.workspace, None), self.workspace))[-1][0]

    def accepted(self, receipt: Receipt) -> pl.DataFrame:
        return pl.read_parquet(accepted_path(self.source, receipt, self.workspace))

    def quarantined(self, receipt: Receipt) -> dict[int, set[tuple[str, str]]]:
        """Row number → its reasons as (field, rule)."""
        rows = pl.read_parquet(quarantine_path("records", receipt, self.workspace))
        return {
            number: {(reason["field"], reason["rule"]) for reason in reasons}
            for number, reasons in rows.select("row_number", "reasons").iter_rows()
        }

    def explanations(self, receipt: Receipt) -> dict[int, list[str]]:
        """Row number → what is told of why it was set aside."""
        rows = pl.read_parquet(quarantine_path("records", receipt, self.workspace))
        return {
            number: [reason["explanation"] for reason in reasons]
            for number, reasons in rows.select("row_number", "reasons").iter_rows()
        }

"""Where everything of one council's run lives.

Belongs here: the five places a run is given and the names of the folders and files below them.
Does not belong here: reading or writing any of them.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from shutil import rmtree
from tempfile import TemporaryDirectory

PROJECT = Path(__file__).resolve().parent.parent
DAGSTER_SETTINGS = """telemetry:
  enabled: false
event_log_storage:
  module: pipelines.run_history
  class: RunHistory
  config:
    base_dir: {env: YARDSTICK_HISTORY}
"""
UNFINISHED = ".unfinished-"
"""Begins the names of folders in the state folder that nobody needs once the step that made them has ended."""


@dataclass(frozen=True)
class Workspace:
    """The places of one run: what it reads, where it keeps state and where it publishes.

    All paths are absolute. ``as_of`` is the date up to which deliveries count; ``None`` means the date of the
    latest one received. ``allow_breaking`` is consent to a release that breaks its readers' contract.
    """

    council_file: Path
    sources_dir: Path
    state: Path
    publish: Path
    indicators_dir: Path | None = None
    as_of: date | None = None
    allow_breaking: bool = False
    project: Path = PROJECT

    @classmethod
    def at(
        cls,
        council: Path | None = None,
        sources: Path | None = None,
        indicators: Path | None = None,
        state: Path | None = None,
        publish: Path | None = None,
        as_of: date | None = None,
        allow_breaking: bool = False,
    ) -> Workspace:
        """The workspace with the given places; the project's own where none is given."""
        return cls(
            council_file=(council or PROJECT / "council.yml").resolve(),
            sources_dir=(sources or PROJECT / "sources").resolve(),
            indicators_dir=indicators.resolve() if indicators else None,
            state=(state or PROJECT / "var").resolve(),
            publish=(publish or PROJECT / "published").resolve(),
            as_of=as_of,
            allow_breaking=allow_breaking,
        )

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Workspace:
        """The workspace that the variables made by :meth:`environment` describe (how Dagster is told)."""

        def path(name: str) -> Path | None:
            return Path(environment[name]) if environment.get(name) else None

        as_of = environment.get("YARDSTICK_AS_OF")
        return cls.at(
            council=path("YARDSTICK_COUNCIL"),
            sources=path("YARDSTICK_SOURCES"),
            indicators=path("YARDSTICK_INDICATORS_DIR"),
            state=path("YARDSTICK_STATE"),
            publish=path("YARDSTICK_PUBLISH"),
            as_of=date.fromisoformat(as_of) if as_of else None,
            allow_breaking=environment.get("YARDSTICK_ALLOW_BREAKING") == "yes",
        )

    def environment(self) -> dict[str, str]:
        """Variables from which :meth:`from_environment` makes this workspace again, and which dbt reads."""
        told = {
            "YARDSTICK_COUNCIL": str(self.council_file),
            "YARDSTICK_SOURCES": str(self.sources_dir),
            "YARDSTICK_INDICATORS_DIR": str(self.indicators_dir or ""),
            "YARDSTICK_STATE": str(self.state),
            "YARDSTICK_PUBLISH": str(self.publish),
            "YARDSTICK_AS_OF": self.as_of.isoformat() if self.as_of else "",
            "YARDSTICK_ALLOW_BREAKING": "yes" if self.allow_breaking else "",
            "DAGSTER_HOME": str(self.dagster_home),
            "YARDSTICK_HISTORY": str(self.dagster_home / "history" / "runs"),
            "DAGSTER_DISABLE_TELEMETRY": "yes",
            "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
            "DBT_LOG_PATH": str(self.dbt_target.parent / "logs"),
            "DBT_LOG_LEVEL": "none",  # dbt's messages may quote a record; what may be told of them is told by the run
            "DBT_LOG_LEVEL_FILE": "none",
        }
        return {name: value for name, value in told.items() if value}

    def enter(self) -> None:
        """Make this the workspace that the process's environment names, and no other."""
        for name in ("YARDSTICK_INDICATORS_DIR", "YARDSTICK_AS_OF", "YARDSTICK_ALLOW_BREAKING"):
            os.environ.pop(name, None)
        os.environ.update(self.environment())

    def prepare(self) -> None:
        """Make the state folder (mode 0700) and the Dagster home in it; what is made from now on nobody else can read."""
        os.umask(0o077)  # all that this process makes is for its owner alone; a release is opened where it is installed
        self.state.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.state.chmod(0o700)
        for folder in (self.dagster_home, self.reference, self.marts, self.safe, self.previous, self.released):
            folder.mkdir(exist_ok=True)
        settings = self.dagster_home / "dagster.yaml"
        if not settings.exists():
            settings.write_text(DAGSTER_SETTINGS, encoding="utf-8")

    def forget_unfinished(self) -> None:
        """Remove what a run that was killed left half-written; it may hold records. Only for a run that is alone."""
        for folder in self.state.glob(f"{UNFINISHED}*"):
            rmtree(folder)
        for kept in (self.blobs.parent, self.intake, self.accepted, self.quarantine, self.history):
            for path in kept.rglob(".*"):
                path.unlink(missing_ok=True)

    @contextmanager
    def scratch(self) -> Iterator[Path]:
        """A private folder in the state folder that is gone afterwards."""
        self.state.mkdir(mode=0o700, parents=True, exist_ok=True)
        with TemporaryDirectory(prefix=UNFINISHED, dir=self.state) as folder:
            yield Path(folder)

    @property
    def blobs(self) -> Path:
        """Every delivery as received, named by its SHA-256."""
        return self.state / "landing" / "blobs"

    @property
    def receipts(self) -> Path:
        """Landing receipts: ``<source>/<sha256>.json``."""
        return self.state / "landing" / "receipts"

    @property
    def failures(self) -> Path:
        """Sources that could not be asked for deliveries when last tried: ``<source>.json``."""
        return self.state / "landing" / "failures"

    @property
    def intake(self) -> Path:
        """Intake receipts: ``<source>/<sha256>.json``."""
        return self.state / "intake"

    @property
    def accepted(self) -> Path:
        """Accepted rows: ``<record_type>/<source>/<name>.parquet``."""
        return self.state / "accepted"

    @property
    def quarantine(self) -> Path:
        """Quarantined rows: ``<source>/<name>.parquet``."""
        return self.state / "quarantine"

    @property
    def history(self) -> Path:
        """Rows that left the quarantine, with the reasons they had: ``<source>/<name>.parquet``."""
        return self.state / "history"

    @property
    def corrections(self) -> Path:
        """Corrections to sources about people: ``<source>.yml``."""
        return self.state / "corrections"

    @property
    def erasure_list(self) -> Path:
        """The records that were erased, by a salted hash of their keys."""
        return self.state / "erased.json"

    @property
    def purges(self) -> Path:
        """What was purged, counted by source, service and month."""
        return self.state / "purges.json"

    @property
    def reference(self) -> Path:
        """Small tables that Python makes for dbt."""
        return self.state / "reference"

    @property
    def marts(self) -> Path:
        """Tables dbt's first pass makes, before disclosure control."""
        return self.state / "marts"

    @property
    def safe(self) -> Path:
        """The marts after disclosure control: all that later steps may read."""
        return self.state / "safe"

    @property
    def previous(self) -> Path:
        """The release that stands in the publish folder, read back as typed tables."""
        return self.state / "previous"

    @property
    def released(self) -> Path:
        """Tables dbt's second pass makes."""
        return self.state / "released"

    @property
    def candidate(self) -> Path:
        """The whole next release, before it is installed in the publish folder."""
        return self.state / "candidate"

    @property
    def dbt_project(self) -> Path:
        """The dbt project."""
        return self.project / "dbt_project"

    @property
    def parsed_models(self) -> Path:
        """The dbt project as dbt parsed it, for every state; within the state where the project may not be written."""
        beside = self.dbt_project / "target"
        return beside if os.access(self.dbt_project, os.W_OK) else self.state / "dbt" / "parsed"

    @property
    def dbt_target(self) -> Path:
        """What dbt writes about its runs."""
        return self.state / "dbt" / "target"

    @property
    def dagster_home(self) -> Path:
        """Dagster's run history."""
        return self.state / "dagster"

    @property
    def packages(self) -> list[Path]:
        """The ``package.yml`` of each dataset; one in the publish folder goes before the project's own."""
        found = {path.parent.name: path for path in sorted((self.project / "published").glob("*/package.yml"))}
        found |= {path.parent.name: path for path in sorted(self.publish.glob("*/package.yml"))}
        return [found[name] for name in sorted(found)]

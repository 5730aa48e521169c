"""The steps of the line as Dagster assets, each with the checks that belong to it and metadata a person can read.

Belongs here: what a step reports and what a failure stops. Does not belong here: what a step does (its own module), dbt's
models (definitions). No metadata and no message holds a record or a cell of one.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import dagster as dg

from pipelines import deliveries, methods, release
from pipelines.carry import carry, write_kept_periods
from pipelines.code import code_sha256
from pipelines.compare import Difference, RowCount
from pipelines.config import ConfigError
from pipelines.connectors import FetchFailed
from pipelines.contract import TableContract
from pipelines.council import Council
from pipelines.disclosure.audit import audit
from pipelines.disclosure.safe import disclose
from pipelines.faults import has_own_words, where
from pipelines.files import read_json, write_json
from pipelines.indicators import Indicator, suggest
from pipelines.intake import take_in_all
from pipelines.land import deliveries as received
from pipelines.land import land
from pipelines.package import Package
from pipelines.receipts import Receipt
from pipelines.sources import Source
from pipelines.workspace import Workspace

DELIVERIES = dg.AssetKey("deliveries")
DISCLOSURE = dg.AssetKey("disclosure")
DRAFT = dg.AssetKey("draft")
CANDIDATE = dg.AssetKey("candidate")
RELEASE = dg.AssetKey("release")
NOT_TRIED = "Not tried: an earlier gate failed."
GATES = {
    "freshness_and_completeness": "Every row received is accounted for and enough is there.",
    "contract": "Nothing a reader's program relies on is broken without consent.",
    "disclosure": "No small count of people is shown.",
    "personal_data": "No published text looks like a way to find or reach a person.",
    "reconciliation": "Published figures equal those of the models, withheld cells aside.",
    "size": "No file, and not all files together, are larger than the council allows.",
    "packages_validate": "Every package satisfies the Frictionless standard.",
}


def model_key(name: str) -> dg.AssetKey:
    """The asset that a dbt model is."""
    return dg.AssetKey(["model", name])


@dataclass(frozen=True)
class Line:
    """One council's line, read and checked: everything that its assets are made from."""

    workspace: Workspace
    council: Council
    sources: tuple[Source, ...]
    indicators: tuple[Indicator, ...]
    contracts: dict[str, TableContract]
    packages: tuple[Package, ...]
    manifest: Mapping[str, Any]

    @property
    def places(self) -> release.Places:
        """The folders a release is made from and in."""
        w = self.workspace
        return release.Places(w.reference, w.marts, w.safe, w.previous, w.released, w.candidate, w.publish)

    @property
    def tables(self) -> list[TableContract]:
        """The contracts of all published tables made before disclosure control."""
        return [table for package in self.packages for table in package.layer("mart")]

    def standings(self) -> list[deliveries.Standing]:
        """Where every source stands now."""
        return deliveries.standings(self.sources, self.workspace, self.workspace.as_of)

    def as_of(self) -> date:
        """The date up to which deliveries count: the one given, or that of the latest delivery."""
        latest = self.workspace.as_of or deliveries.latest_date(self.standings())
        if latest is None:
            raise dg.Failure("Nothing has been received from any source yet, so there is nothing to work out.")
        return latest

    def built(self) -> list[Indicator]:
        """The indicators that are built: those defined and adopted."""
        wanted = set(deliveries.adopted(self.standings(), self.workspace))
        return [indicator for indicator in self.indicators if indicator.indicator_id in wanted]


@contextmanager
def without_values() -> Iterator[None]:
    """What nobody foresaw is told by its kind and place: the words of a library's exception may quote a record.

    Messages of this program, and those of the operating system, are told as they are.
    """
    try:
        yield
    except dg.Failure:
        raise
    except Exception as error:
        if has_own_words(error):
            raise
        raise dg.Failure(f"Unforeseen: {where(error)}. Its words are not shown, since they may quote a record.") from None


def landing_asset(line: Line, source: Source) -> dg.AssetsDefinition:
    """The deliveries of one source as received. A source that cannot be asked fails its check and stops nothing."""
    key = dg.AssetKey(["landing", source.name])
    answered = dg.AssetCheckSpec("source_answered", asset=key, description="The source could be asked for deliveries.")

    @dg.asset(key=key, group_name="landing", check_specs=[answered], description=source.title, kinds={"file"})
    def landing(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
        failure = line.workspace.failures / f"{source.name}.json"
        try:
            new, message = land(source, line.workspace), None
            failure.unlink(missing_ok=True)
        except (FetchFailed, ConfigError) as error:
            new, message = [], str(error)
            write_json(failure, {"message": message})
            context.log.warning(message)
        kept = received(source.name, line.workspace, None)
        table = [
            dg.TableRecord({"file": d.file_name, "received": d.received_at.isoformat(), "bytes": d.bytes, "sha256": d.sha256})
            for d in kept
        ]
        metadata: dict[str, Any] = {"new_deliveries": len(new), "deliveries": len(kept)}
        if table:
            metadata["files"] = dg.MetadataValue.table(table)
        result = dg.AssetCheckResult(
            passed=message is None,
            check_name="source_answered",
            severity=dg.AssetCheckSeverity.ERROR,
            description=message or "The source could be asked.",
        )
        return dg.MaterializeResult(metadata=metadata, check_results=[result])

    return landing


def intake_asset(line: Line, source: Source) -> dg.AssetsDefinition:
    """The rows of one source, accepted or set aside. A broken delivery fails its check; the last good data stay in use."""
    key = dg.AssetKey(["intake", source.name])
    checks = {
        "last_delivery_usable": "The newest delivery can be used.",
        "rows_keep_contract": f"Every row keeps to the contract {source.record_type.name}.",
        "delivery_as_usual": "The newest delivery keeps the rules about it as a whole, and is laid out as the one before.",
        "rows_add_up": "Rows read = accepted + quarantined + layout rows.",
    }

    @dg.asset(
        key=key,
        group_name="intake",
        deps=[dg.AssetKey(["landing", source.name])],
        check_specs=[dg.AssetCheckSpec(name, asset=key, description=text) for name, text in checks.items()],
        description=f"Records of {source.title}, judged by the contract {source.record_type.name}",
        kinds={"pandera", "parquet"},
    )
    def intake(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
        with without_values():
            judged = list(take_in_all(source, received(source.name, line.workspace, line.workspace.as_of), line.workspace))
        for receipt, new in judged:
            for message in [receipt.message, *receipt.warnings] if new else []:
                if message:
                    context.log.warning(f"{source.name}, delivery {receipt.delivery[:16]}: {message}")
        receipts = [receipt for receipt, _ in judged]
        return dg.MaterializeResult(
            metadata=_intake_metadata(receipts, sum(new for _, new in judged)),
            check_results=_intake_checks(receipts),
        )

    return intake


def _intake_metadata(receipts: Sequence[Receipt], judged_now: int) -> dict[str, Any]:
    reasons: dict[str, int] = {}
    for receipt in receipts:
        for reason in receipt.reasons:
            name = f"{reason['field']}: {reason['rule']}"
            reasons[name] = reasons.get(name, 0) + reason["rows"]
    top = sorted(reasons.items(), key=lambda item: (-item[1], item[0]))[:5]
    used = [receipt for receipt in receipts if receipt.status == "accepted"]
    return {
        "judged_now": judged_now,
        "rows_read": sum(receipt.rows_read for receipt in used),
        "accepted": sum(receipt.rows_accepted for receipt in used),
        "quarantined": sum(receipt.rows_quarantined for receipt in used),
        "layout_rows": sum(receipt.rows_layout for receipt in used),
        "broken_deliveries": len(receipts) - len(used),
        "top_reasons": ", ".join(f"{name} ({rows})" for name, rows in top) or "none",
    }


def _intake_checks(receipts: Sequence[Receipt]) -> list[dg.AssetCheckResult]:
    last = receipts[-1] if receipts else None
    usable = last is None or last.status == "accepted"
    set_aside = sum(receipt.rows_quarantined for receipt in receipts)
    for receipt in receipts:
        if receipt.status == "accepted":
            receipt.assert_adds_up()
    return [
        dg.AssetCheckResult(
            passed=usable,
            check_name="last_delivery_usable",
            severity=dg.AssetCheckSeverity.ERROR,
            description="It can be used." if usable or last is None else f"{last.message} The last good data stay in use.",
        ),
        dg.AssetCheckResult(
            passed=set_aside == 0,
            check_name="rows_keep_contract",
            severity=dg.AssetCheckSeverity.WARN,
            description=f"{set_aside} rows are in quarantine." if set_aside else "All do.",
            metadata={"quarantined": set_aside},
        ),
        dg.AssetCheckResult(
            passed=last is None or not last.warnings,
            check_name="delivery_as_usual",
            severity=dg.AssetCheckSeverity.WARN,
            description="; ".join(last.warnings) if last and last.warnings else "It does.",
        ),
        dg.AssetCheckResult(passed=True, check_name="rows_add_up", description="They add up in every usable delivery."),
    ]


def deliveries_asset(line: Line) -> dg.AssetsDefinition:
    """What the models are given. A method changed without a new version stops everything after it."""
    checks = [
        dg.AssetCheckSpec(
            "methods_unchanged",
            asset=DELIVERIES,
            blocking=True,
            description="No published calculation is changed without a new method version.",
        ),
        dg.AssetCheckSpec("adoptions_known", asset=DELIVERIES, description="Every adopted indicator is defined."),
        dg.AssetCheckSpec("sources_current", asset=DELIVERIES, description="Every source is on its newest delivery."),
    ]

    @dg.asset(
        key=DELIVERIES,
        group_name="models",
        deps=[dg.AssetKey(["intake", source.name]) for source in line.sources],
        check_specs=checks,
        description="Which deliveries are in use, and the tables that describe them to the models",
    )
    def gathered(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
        standing, built = line.standings(), line.built()
        compiled = methods.compile_methods(line.indicators, line.manifest)
        names = {indicator.indicator_id for indicator in built}
        rows = methods.method_rows(one for one in compiled if one.indicator.indicator_id in names)
        drifted = deliveries.joined_names(standing, line.indicators, line.workspace)
        deliveries.write_reference(standing, line.council, built, rows, line.as_of(), line.workspace, drifted)
        write_kept_periods(line.workspace)
        published = line.workspace.publish / "performance" / "data" / "method.csv"
        problems = methods.check(compiled, published)
        old = {one.source.name: one.old_reason for one in standing if one.old_reason}
        for name, reason in old.items():
            context.log.warning(f"{name} goes on with its last good data: {reason}")
        return dg.MaterializeResult(
            metadata={
                "as_of": line.as_of().isoformat(),
                "deliveries_in_use": len(deliveries.intakes_in_use(standing)),
                "sources": len(standing),
                "indicators": len(built),
            },
            check_results=[
                dg.AssetCheckResult(
                    passed=not problems,
                    check_name="methods_unchanged",
                    description="\n\n".join(str(problem) for problem in problems) or "None is.",
                ),
                _adoptions(line),
                dg.AssetCheckResult(
                    passed=not old,
                    check_name="sources_current",
                    severity=dg.AssetCheckSeverity.WARN,
                    description=" ".join(f"{name}: {reason}" for name, reason in old.items()) or "All are.",
                ),
            ],
        )

    return gathered


def _adoptions(line: Line) -> dg.AssetCheckResult:
    """Whether something is adopted, and all that is adopted is defined."""
    wanted = deliveries.adopted(line.standings(), line.workspace)
    known = {indicator.indicator_id for indicator in line.indicators}
    unknown = [f"`{name}` is adopted but not defined.{suggest(name, known)}" for name in wanted if name not in known]
    if not wanted:
        unknown = ["No indicator is adopted, so none is worked out: deliver records of the type adoption."]
    return dg.AssetCheckResult(
        passed=not unknown,
        check_name="adoptions_known",
        severity=dg.AssetCheckSeverity.WARN,
        description=" ".join(unknown) or "All are.",
    )


def disclosure_asset(line: Line) -> dg.AssetsDefinition:
    """The marts with small counts of people withheld: all that anything after it reads."""
    audited = dg.AssetCheckSpec(
        "nothing_small_shown", asset=DISCLOSURE, blocking=True, description="A second look finds no small count of people."
    )

    @dg.asset(
        key=DISCLOSURE,
        group_name="release",
        deps=[model_key(table.name) for table in line.tables],
        check_specs=[audited],
        description="Safe tables: small counts of people and what rests on them are withheld",
    )
    def safe() -> dg.MaterializeResult:
        w = line.workspace
        with without_values():
            carried = carry(line.packages, w)
            found = disclose(line.tables, line.council, w.marts, w.safe, w.publish, w.reference)
            violations = audit(line.tables, line.council, w.marts, w.safe)
        shown = " ".join(str(violation) for violation in violations)
        return dg.MaterializeResult(
            metadata={
                "cells": sum(one.cells for one in found),
                "cells_withheld": sum(one.cells_withheld for one in found),
                "rows_that_stay_as_published": sum(carried.values()),
            },
            check_results=[
                dg.AssetCheckResult(
                    passed=not violations, check_name="nothing_small_shown", description=shown or "There is none."
                )
            ],
        )

    return safe


def draft_asset(line: Line) -> dg.AssetsDefinition:
    """The difference to the last release. Where there is none, nothing after it runs: the last release stands."""

    @dg.asset(
        key=DRAFT,
        group_name="release",
        deps=[DISCLOSURE],
        output_required=False,
        description="What would change for readers, and the version that calls for",
    )
    def draft(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult]:
        w = line.workspace
        with without_values():
            difference = release.draft(line.places, line.packages, line.council, line.as_of(), code_sha256(w.project))
        write_json(w.reference / "difference.json", difference and asdict(difference) | {"summary": difference.summary})
        if difference is None:
            context.log.info("Nothing that is published changes: the last release stands.")
            return
        yield dg.MaterializeResult(
            metadata={"version": difference.version, "change": difference.level, "summary": difference.summary}
        )

    return draft


def read_difference(workspace: Workspace) -> Difference | None:
    """The difference that the last draft found."""
    content = read_json(workspace.reference / "difference.json")
    if content is None:
        return None
    content["counts"] = tuple(RowCount(**count) for count in content["counts"])
    content |= {name: tuple(content[name]) for name in ("breaking", "additions", "described")}
    del content["summary"]  # follows from the rest
    return Difference(**content)


def candidate_asset(line: Line) -> dg.AssetsDefinition:
    """The whole next release, built aside; every gate is a check that stops the release where it fails."""
    specs = [dg.AssetCheckSpec(name, asset=CANDIDATE, blocking=True, description=text) for name, text in GATES.items()]

    @dg.asset(
        key=CANDIDATE,
        group_name="release",
        deps=[DRAFT, *(model_key(t.name) for package in line.packages for t in package.layer("release"))],
        check_specs=specs,
        description="The next release, built aside and put to its gates",
        kinds={"frictionless"},
    )
    def candidate() -> dg.MaterializeResult:
        w, places = line.workspace, line.places
        difference = read_difference(w)
        if difference is None:
            raise dg.Failure("There is no draft of a release to build.")
        with without_values():
            release.build_candidate(places, line.packages, line.council, difference, line.as_of())
            gates = release.gates(places, line.packages, line.council, difference, w.allow_breaking)
            passed = {gate.name.replace(" ", "_"): gate for gate in gates}
        results = [
            dg.AssetCheckResult(
                passed=name in passed and passed[name].passed,
                check_name=name,
                description=passed[name].explanation if name in passed else NOT_TRIED,
                metadata=passed[name].metadata if name in passed else {},
            )
            for name in GATES
        ]
        return dg.MaterializeResult(metadata={"version": difference.version}, check_results=results)

    return candidate


def release_asset(line: Line) -> dg.AssetsDefinition:
    """The published folder: the last release until a whole new one replaces it."""

    @dg.asset(key=RELEASE, group_name="release", deps=[CANDIDATE], description="The open datasets as published")
    def published() -> dg.MaterializeResult:
        files = release.install(line.workspace.candidate, line.workspace.publish)
        difference = read_difference(line.workspace)
        return dg.MaterializeResult(
            metadata={
                "version": difference.version if difference else "",
                "summary": difference.summary if difference else "",
                "files_written": len(files),
                "files": dg.MetadataValue.md("\n".join(f"- {file}" for file in files) or "none"),
            }
        )

    return published

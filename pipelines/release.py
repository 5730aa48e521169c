"""From safe tables to an installed release: draft, candidate, gates, installation.

Belongs here: the order of those steps, what must hold before anything is published, and putting files in the publish folder
so that a crash leaves the last release or the new one. Does not belong here: how tables and packages are written
(``tables``, ``package``), what is different (``compare``), and checks that a reader can make without the state (``verify``).
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from pipelines import verify
from pipelines.compare import (
    Difference,
    compare,
    deliveries_sha256,
    read_previous,
    without_words_by_consent,
    write_changes,
    write_previous_tables,
    write_this_release,
)
from pipelines.contract import Column, TableContract
from pipelines.council import Budget, Council
from pipelines.describe import write_catalogue, write_package
from pipelines.disclosure.attack import attack, read_release
from pipelines.disclosure.audit import audit, true_ones, violations
from pipelines.disclosure.history import NOTE
from pipelines.disclosure.rounding import rounded
from pipelines.disclosure.safe import read_sums, read_withstood
from pipelines.files import read_json, sha256_of, sync, write_json
from pipelines.package import (
    MEGABYTE,
    Package,
    Release,
    clear,
    outline,
    read_sources,
    write_dataset_metadata,
    write_tables,
)
from pipelines.personal import search
from pipelines.tables import connect, csv, name, parquet

SMALL_TABLE = 10  # rows; in a smaller one, half is too few to mean anything
STAGE = ".installing"
JOURNAL = "journal.json"


@dataclass(frozen=True)
class Gate:
    """A condition for publishing: whether it holds, why not in sentences, and numbers about it.

    The explanation names tables, rules and rows, never a value that might be personal.
    """

    name: str
    passed: bool
    explanation: str
    metadata: Mapping[str, Any] = field(default_factory=dict)


def _gate(name: str, faults: Sequence[str], fine: str, metadata: Mapping[str, Any] | None = None) -> Gate:
    return Gate(name, not faults, " ".join(faults) if faults else fine, metadata or {})


@dataclass(frozen=True)
class Places:
    """The folders a release is made from and in; each is described in the workspace."""

    reference: Path
    marts: Path
    safe: Path
    previous: Path
    released: Path
    candidate: Path
    publish: Path


def draft(places: Places, packages: Sequence[Package], council: Council, as_of: date, code_sha256: str) -> Difference | None:
    """Begin a release: data tables in ``places.candidate``, and in ``places.reference`` what the second pass needs to know.

    Writes the previous release's tables, ``change``, ``this_release`` and ``dataset_metadata``. Gives the difference to
    the last release; ``None`` when there is none, and then there is nothing to release. Raises
    :class:`PreviousReleaseDamaged` where the last release is not as it was released.
    """
    recover(places.publish)
    previous = read_previous(places.publish)
    clear(places.candidate)
    hashes = write_tables(packages, "mart", places.safe, places.candidate, council, previous)
    sources = read_sources(places.reference)
    new = {package.name: outline(package, council, sources, places.candidate / package.name) for package in packages}
    difference, changes = compare(previous, places.publish, new, places.candidate)
    write_previous_tables(packages, previous, places.publish, places.previous)
    write_changes(without_words_by_consent(changes, packages), places.reference / "change.parquet")
    write_dataset_metadata(packages, council, places.reference / "dataset_metadata.parquet")
    if difference:
        deliveries = deliveries_sha256(places.reference / "delivery.parquet")
        tables, target = verify.combined_sha256(hashes), places.reference / "this_release.parquet"
        write_this_release(difference, as_of, code_sha256, deliveries, tables, target)
    return difference


def build_candidate(places: Places, packages: Sequence[Package], council: Council, difference: Difference, as_of: date) -> None:
    """Complete a draft after dbt's second pass: the release tables, and beside all tables what describes them."""
    write_tables(packages, "release", places.released, places.candidate, council, verify.datasets_in(places.publish))
    sources = read_sources(places.reference)
    release = Release(difference.version, as_of)
    descriptors = [
        write_package(package, council, sources, release, difference, places.candidate, places.publish) for package in packages
    ]
    write_catalogue(descriptors, council, release, places.candidate)


def gates(
    places: Places,
    packages: Sequence[Package],
    council: Council,
    difference: Difference,
    allow_breaking: bool = False,
) -> Iterator[Gate]:
    """The gates in their order, ending with the first that fails; ``allow_breaking`` is consent to a breaking release."""
    withheld_cell = places.reference / "withheld_cell.parquet"
    checks: list[Callable[[], Gate]] = [
        lambda: freshness(places.reference, difference, allow_breaking),
        lambda: contract(places.candidate, difference, allow_breaking),
        lambda: disclosure(packages, places, council),
        lambda: personal_data(
            places.candidate, {package.name: package.cleared for package in packages}, frozenset({council.contact_email})
        ),
        lambda: reconciliation(packages, places.marts, places.candidate, withheld_cell, council.round_to),
        lambda: size(places.candidate, council.budget),
        lambda: validity(places.candidate),
    ]
    for check in checks:
        gate = check()
        yield gate
        if not gate.passed:
            return


def freshness(reference: Path, difference: Difference, allow_breaking: bool = False) -> Gate:
    """Every row received is accounted for, some source is in use, and no table is less than half of what it was.

    A source whose last delivery was broken goes on with its last good one: it is named, and does not fail the gate.
    """
    with connect() as connection:
        delivery, source = (parquet(reference / f"{table}.parquet") for table in ("delivery", "source"))
        query = (
            f"select source, delivery from {delivery} where status = 'accepted' "
            "and rows_read is distinct from rows_accepted + rows_quarantined + rows_layout order by all"
        )
        unaccounted = connection.execute(query).fetchall()
        used = connection.execute(f"select count(distinct source) from {delivery} where in_use").fetchall()[0][0]
        old = connection.execute(f"select source, coalesce(old_reason, '') from {source} where is_old order by all").fetchall()
    faults = [
        f"{s}: rows of delivery {d[:12]} are unaccounted for (read is not accepted + quarantined + layout)."
        for s, d in unaccounted
    ]
    faults += [] if used else ["No source has a delivery in use."]
    if not allow_breaking:
        faults += [
            f"{one.table}: {one.now:,} rows, where the last release had {one.before:,}; more than half may not vanish unseen."
            for one in difference.counts
            if one.before >= SMALL_TABLE and one.now * 2 < one.before
        ]
    fine = f"{used} sources in use{f', {len(old)} of them with old data' if old else ''}."
    return _gate("freshness and completeness", faults, fine, {"sources_in_use": used, "old": dict(old)})


def contract(candidate: Path, difference: Difference, allow_breaking: bool = False) -> Gate:
    """Nothing a reader's program relies on is broken without consent, and every key holds."""
    faults = list(difference.breaking) if not allow_breaking else []
    if faults:
        faults.append(f"This breaks programs that read the data. To publish it as {difference.version}, allow breaking changes.")
    for dataset, descriptor in verify.datasets_in(candidate).items():
        faults += [f"{problem}." for problem in verify.keys(candidate / dataset, descriptor)]
    return _gate(
        "contract", faults, f"Version {difference.version} ({difference.level}); all keys hold.", {"version": difference.version}
    )


def disclosure(packages: Iterable[Package], places: Places, council: Council) -> Gate:
    """No safe table shows what the rule withholds, none departs from its mart otherwise, and nothing withheld can be worked
    out from what this release and the last show together."""
    tables = [table for package in packages for table in package.layer("mart")]
    faults = [str(one) for one in audit(tables, council, places.marts, places.safe)]
    shown = [one for folder in (places.publish, places.candidate) if (one := read_release(folder))]
    exposed = attack(shown, tables, council, read_sums(places.reference), read_withstood(places.reference))
    true = true_ones(exposed, tables, council, places.marts)
    faults += [str(one) for one in violations(one for one in true if one.around)]
    before = len({(one.table_name, one.column, one.record) for one in true if not one.around})
    fine = "No small count of people is shown, and none can be worked out from what is published anew."
    return _gate("disclosure", faults, fine, {"tables": len(tables), "told_by_earlier_releases": before})


def personal_data(candidate: Path, cleared: Mapping[str, frozenset[str]], allowed: frozenset[str] = frozenset()) -> Gate:
    """Nothing published looks like a way to find or reach a person, but for what a person has cleared.

    ``cleared`` are words by dataset (``package.yml``), ``allowed`` are addresses meant for publication.
    """
    findings, cells = search(candidate, cleared, allowed)
    faults = [str(finding) for finding in findings]
    if faults:
        faults.append(
            "Take it out at its source; or, where it may be published, clear these very words in package.yml, with why."
        )
    return _gate("personal data", faults, f"None found in {cells:,} cells.", {"cells": cells})


def reconciliation(packages: Iterable[Package], marts: Path, candidate: Path, withheld_cell: Path, round_to: int = 1) -> Gate:
    """Published tables have the marts' rows and totals, withheld cells aside and rounded where the council rounds, and exactly
    the cells that were counted as withheld are missing."""
    faults, compared = [], 0
    with connect() as connection:
        stated = dict(connection.execute(f"select table_name, cells_withheld from {parquet(withheld_cell)}").fetchall())
    for package in packages:
        for table in package.layer("mart"):
            path = candidate / package.name / "data" / f"{table.name}.csv"
            found = _reconcile(table, marts / f"{table.name}.parquet", path, stated.get(table.name, 0), round_to)
            faults += [f"{package.name}/{table.name}: {fault}" for fault in found]
            compared += 1
    return _gate("reconciliation", faults, f"{compared} tables agree with the marts.", {"tables": compared})


def _reconcile(table: TableContract, mart: Path, published: Path, withheld: int, round_to: int) -> Iterator[str]:
    """How a published table departs from its mart, both brought to the published types and decimals."""
    with connect() as connection:
        columns = ", ".join(f"{_published(column)} as {name(column.name)}" for column in table.published)
        shown = ", ".join(f"{rounded(c, round_to) if c.disclosure else name(c.name)} as {name(c.name)}" for c in table.published)
        typed = ", ".join(f"cast({name(c.name)} as {c.data_type}) as {name(c.name)}" for c in table.published)
        source = csv(published, [column.name for column in table.published])
        try:
            connection.execute(f"create temporary table mart as select {columns} from (select {shown} from {parquet(mart)})")
            connection.execute(f"create temporary table csv as select {columns} from (select {typed} from {source})")
        except duckdb.ConversionException:
            yield "a value is not of its column's type."
            return
        match = " and ".join(f"m.{name(column)} is not distinct from c.{name(column)}" for column in table.primary_key)
        rows = connection.execute(
            f"select (select count(*) from mart), (select count(*) from csv), (select count(*) from mart m join csv c on {match})"
        ).fetchall()[0]
        if len(set(rows)) > 1:
            yield f"{rows[1]:,} rows are published of {rows[0]:,} in the mart; {rows[2]:,} are in both."
            return
        yield from _totals(connection, table, match)
        lost = " + ".join(f"count(m.{name(c.name)}) - count(c.{name(c.name)})" for c in table.published if c.name != NOTE)
        missing = connection.execute(f"select {lost} from mart m join csv c on {match}").fetchall()[0][0]
        if missing != withheld:
            yield f"{missing:,} values are missing, and {withheld:,} were withheld."


def _totals(connection: duckdb.DuckDBPyConnection, table: TableContract, match: str) -> Iterator[str]:
    """Number columns whose published values do not add up to those of the mart in the same rows."""
    for number in (column for column in table.published if column.is_number):
        column = name(number.name)
        sums = f"coalesce(sum(m.{column}), 0), coalesce(sum(c.{column}), 0)"
        query = f"select {sums} from mart m join csv c on {match} where c.{column} is not null"
        before, after = connection.execute(query).fetchall()[0]
        if before != after:
            yield f"the published values of {number.name} add up to {after}, those of the mart to {before}."


def _published(column: Column) -> str:
    """A value as exactly as it is published: to its decimals or to the second, empty text as missing."""
    value = name(column.name)
    if column.data_type == "VARCHAR":
        return f"nullif({value}, '')"
    if column.data_type == "TIMESTAMP":
        return f"date_trunc('second', {value})"
    return f"cast({value} as decimal(38, {column.scale}))" if column.is_number else value


def size(candidate: Path, budget: Budget) -> Gate:
    """No file, and not all files together, are larger than the council's budget; git hosts refuse or slow down beyond it."""
    sizes = {path.relative_to(candidate).as_posix(): path.stat().st_size for path in candidate.rglob("*") if path.is_file()}
    whole, limit = sum(sizes.values()) / MEGABYTE, budget.file_mb * MEGABYTE
    faults = [
        f"{file} has {bytes_ / MEGABYTE:,.4g} MB, and a file may have {budget.file_mb:,g}."
        for file, bytes_ in sorted(sizes.items())
        if bytes_ > limit
    ]
    if whole > budget.repository_mb:
        faults.append(f"All files together have {whole:,.4g} MB, and may have {budget.repository_mb:,g}.")
    if faults:
        faults.append("Publish fewer breakdowns or earlier years, or change the limits under size in council.yml.")
    return _gate("size", faults, f"{whole:,.1f} MB in {len(sizes)} files.", {"megabytes": whole, "files": len(sizes)})


def validity(candidate: Path) -> Gate:
    """The candidate is a release as any reader can verify it; each package satisfies the Frictionless standard row by row."""
    datasets = sorted(verify.datasets_in(candidate))
    faults = [f"{problem}." for problem in verify.verify(candidate)] if datasets else ["There is no dataset."]
    return _gate("packages validate", faults, f"{len(datasets)} packages are valid.", {"datasets": datasets})


def install(candidate: Path, publish: Path) -> list[str]:
    """Put a candidate in the publish folder; the relative paths of the files written or removed, sorted.

    Only files whose bytes differ are written. Generated files that the new release no longer has are removed;
    ``package.yml`` and folders that no release made are left alone. First every new file is laid, synced, beside the others
    in a hidden folder; then one file, the journal, says what is to be moved; from that moment :func:`recover` can complete
    the installation, and before it the last release stands untouched.
    """
    recover(publish)
    made = {path.relative_to(candidate).as_posix(): path for path in sorted(candidate.rglob("*")) if path.is_file()}
    written = [file for file, path in made.items() if not _same_bytes(path, publish / file)]
    removed = sorted(file for file in _generated(publish) - made.keys() if (publish / file).is_file())
    if not written and not removed:
        return []
    stage = publish / STAGE
    _open_to_all(publish)
    for file in written:
        (stage / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(made[file], stage / file)
        sync(stage / file)
    for folder in (stage, *(path for path in stage.rglob("*") if path.is_dir())):
        sync(folder)
    journal = {"written": {file: sha256_of(made[file]) for file in written}, "removed": removed}
    write_json(stage / JOURNAL, journal)
    recover(publish)
    return sorted([*written, *removed])


def recover(publish: Path) -> bool:
    """Complete an installation that was interrupted, or undo one that had not begun to move files; whether one was completed.

    Raises ``RuntimeError`` where a file that the journal names is neither laid ready nor in place.
    """
    stage = publish / STAGE
    if not stage.exists():
        return False
    begun = (stage / JOURNAL).exists()
    if begun:
        journal = read_json(stage / JOURNAL)
        for file, sha256 in journal["written"].items():
            _move(stage / file, publish / file, sha256)
        for file in journal["removed"]:
            (publish / file).unlink(missing_ok=True)
        for folder in sorted({(publish / file).parent for file in (*journal["written"], *journal["removed"])}, reverse=True):
            if folder.exists() and not any(folder.iterdir()):
                folder.rmdir()
            elif folder.exists():
                sync(folder)
        (stage / JOURNAL).unlink()
    shutil.rmtree(stage)
    sync(publish)
    return begun


def _move(ready: Path, target: Path, sha256: str) -> None:
    """Move a laid-ready file to its place, unless an earlier attempt did."""
    if ready.exists():
        _open_to_all(target.parent)
        ready.chmod(0o644)
        ready.replace(target)
    elif not target.exists() or sha256_of(target) != sha256:
        raise RuntimeError(f"{target} is not the file that the interrupted installation was to put there.")


def _open_to_all(folder: Path) -> None:
    """Make a folder that everybody may read, and those above it; one that is there stays as its owner wants it."""
    for one in reversed([folder, *folder.parents]):
        if not one.exists():
            one.mkdir()
            one.chmod(0o755)


def _same_bytes(one: Path, other: Path) -> bool:
    return other.is_file() and one.stat().st_size == other.stat().st_size and sha256_of(one) == sha256_of(other)


def _generated(publish: Path) -> set[str]:
    """The files that the release in the publish folder consists of, relative to it."""
    files = set()
    for folder in verify.released_in(publish):
        sums = (folder / verify.SUMS).read_text(encoding="utf-8")
        files |= {f"{folder.name}/{line[66:]}" for line in sums.splitlines()} | {f"{folder.name}/{verify.SUMS}"}
    return files

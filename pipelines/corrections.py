"""Corrections: cells of a delivery that people put right, as data that is applied each time the delivery is judged.

Belongs here: ``corrections.yml``, what it does to a batch of rows, and what became of each correction. Does not belong here:
judging the corrected row (intake), or how people come to write one (quarantine).

A correction names a row (a delivery and the row's number) or a record (its key), a column, what the cell must hold and what
it should. They are applied in order, those beside the ``source.yml`` first, then those kept in the state folder because the
source is about people. A cell that holds anything else is left as it is.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import polars as pl
import yaml

from pipelines.config import Config, ConfigError, load_yaml
from pipelines.files import replacing, sha256_of
from pipelines.indicators import suggest
from pipelines.sources import Source
from pipelines.workspace import Workspace

APPLIED, OTHER_VALUE, NO_SUCH_ROW, UNREADABLE = "applied", "other_value", "no_such_row", "unreadable_row"
REFUSED = {
    OTHER_VALUE: "the cell does not hold what is expected, so it was left as it is. Look at the row, then correct `expects`",
    NO_SUCH_ROW: "there is no such row, so nothing was put right. Correct `row`",
    UNREADABLE: "the row cannot be read, so no cell of it can be put right. Have the file mended and delivered anew",
}


@dataclass(frozen=True)
class Correction:
    """One cell put right. ``expects`` and ``value`` are trimmed text, empty where there is nothing.

    ``row`` stands with the ``delivery`` that it is in; ``record`` holds the key's fields as the file writes them.
    """

    path: Path = field(compare=False)
    line: int = field(compare=False)
    delivery: str
    row: int | None
    record: tuple[tuple[str, str], ...]
    column: str
    expects: str
    value: str
    reason: str
    who: str
    when: str

    @property
    def id(self) -> str:
        """Names the correction by all that it says."""
        said = [self.delivery, self.row, self.record, self.column, self.expects, self.value, self.reason, self.who, self.when]
        return hashlib.sha256(json.dumps(said).encode()).hexdigest()[:16]

    @property
    def where(self) -> str:
        """The file and line that it stands in."""
        return f"{self.path.parent.name}/{self.path.name}, line {self.line}"


def beside(source: Source) -> Path:
    """The corrections kept with the source."""
    return source.path.with_name("corrections.yml")


def private(source: Source, workspace: Workspace) -> Path:
    """The corrections kept in the state folder, for a source about people."""
    return workspace.corrections / f"{source.name}.yml"


def files(source: Source, workspace: Workspace) -> list[Path]:
    """The files of corrections that the source has."""
    return [path for path in (beside(source), private(source, workspace)) if path.exists()]


def load(source: Source, workspace: Workspace) -> tuple[Correction, ...]:
    """Every correction of a source, in the order in which they are applied.

    Raises :class:`ConfigError` naming file, line and field of every fault; never what a cell holds.
    """
    found, problems = [], []
    for path in files(source, workspace):
        try:
            config = _read(path, sha256_of(path))
        except ConfigError as error:
            problems += error.problems
            continue
        problems += [fault for index in range(len(config["corrections"])) for fault in _faults(config, index, source)]
        found.append(config)
    if problems:
        raise ConfigError(problems)
    return tuple(_correction(config, index) for config in found for index in range(len(config["corrections"])))


def of_delivery(corrections: Iterable[Correction], sha256: str) -> tuple[Correction, ...]:
    """Those that a delivery has to do with."""
    return tuple(one for one in corrections if sha256.startswith(one.delivery))


def told(corrections: Sequence[Correction], outcomes: Iterable[tuple[str, str, str]]) -> list[str]:
    """What a person must know: corrections that were refused, and those that nothing had a use for.

    ``outcomes`` holds for each delivery judged, correction by correction: the delivery, the correction's id, what became of it.
    """
    became: dict[str, list[tuple[str, str]]] = {}
    for delivery, name, outcome in outcomes:
        became.setdefault(name, []).append((delivery, outcome))
    sentences = []
    for one in corrections:
        found = {outcome: delivery for delivery, outcome in became.get(one.id, [])}
        if APPLIED in found:
            continue
        if not found:
            sentences.append(f"{one.where}: not used: no delivery that was judged begins with {one.delivery or 'anything'}.")
        elif one.record and set(found) == {NO_SUCH_ROW}:
            sentences.append(f"{one.where}: not used: no delivery has this record.")
        else:
            refused = next(outcome for outcome in REFUSED if outcome in found)
            sentences.append(f"{one.where}: refused in delivery {found[refused][:16]}, column {one.column}: {REFUSED[refused]}.")
    return sentences


class Correcting:
    """Applies the corrections of one delivery to its batches, and remembers what became of each."""

    def __init__(self, corrections: Sequence[Correction], source: Source) -> None:
        self.corrections = corrections
        self.keys = {m.field: m.column for m in source.mappings if m.column is not None and m.field in source.key}
        self.outcomes: dict[str, Counter[str]] = {one.id: Counter() for one in corrections}
        self.applied: list[tuple[int, Correction]] = []

    def __call__(self, batch: pl.DataFrame) -> pl.DataFrame:
        """The batch with its cells put right; columns and order of rows stay."""
        wanted = self._wanted(batch) if self.corrections else []
        if not wanted:
            return batch
        numbers = sorted({number for number, _ in wanted})
        rows = {row["row_number"]: row for row in batch.filter(pl.col("row_number").is_in(numbers)).to_dicts()}
        for number, correction in wanted:
            self.outcomes[correction.id][self._apply(rows[number], correction)] += 1
        changed = pl.DataFrame(list(rows.values()), schema=batch.schema)
        return pl.concat([batch.filter(~pl.col("row_number").is_in(numbers)), changed]).sort("row_number")

    @property
    def rows_corrected(self) -> int:
        """Rows of which a cell was put right."""
        return len({number for number, _ in self.applied})

    @property
    def summary(self) -> list[dict[str, Any]]:
        """What became of each correction, as a receipt keeps it: its ``id``, the ``outcome``, in how many ``rows``."""
        return [
            {"id": name, "outcome": outcome, "rows": rows}
            for name, found in self.outcomes.items()
            for outcome, rows in (sorted(found.items()) or [(NO_SUCH_ROW, 0)])
        ]

    def _wanted(self, batch: pl.DataFrame) -> list[tuple[int, Correction]]:
        """The rows of the batch that corrections name, in the order of the corrections."""
        here = batch["row_number"]
        named = pl.DataFrame(
            [(index, one.row) for index, one in enumerate(self.corrections) if one.row is not None],
            schema={"index": pl.Int64, "row_number": pl.Int64},
            orient="row",
        ).filter(pl.col("row_number").is_in(here.implode()))
        found = [(index, number) for index, number in named.iter_rows()]
        records = [(index, *dict(sorted(one.record)).values()) for index, one in enumerate(self.corrections) if one.record]
        if records:
            fields = sorted(self.keys)
            keys = pl.DataFrame(records, schema={"index": pl.Int64} | dict.fromkeys(fields, pl.String), orient="row")
            cells = batch.select("row_number", *(pl.col(self.keys[name]).str.strip_chars().alias(name) for name in fields))
            found += keys.join(cells, on=fields).select("index", "row_number").rows()
        return [(number, self.corrections[index]) for index, number in sorted(found)]

    def _apply(self, row: dict[str, Any], correction: Correction) -> str:
        if row["unreadable"] is not None:
            return UNREADABLE
        if (row[correction.column] or "").strip() != correction.expects:
            return OTHER_VALUE
        row[correction.column] = correction.value or None
        self.applied.append((row["row_number"], correction))
        return APPLIED


def append(path: Path, new: Sequence[dict[str, Any]]) -> None:
    """Add corrections (fields as in ``corrections.yml``) at the end of the file, which is made, for its owner alone.

    What people wrote in it stays as it is. Raises :class:`ConfigError` where the file cannot be added to.
    """
    before = path.read_text(encoding="utf-8").rstrip() if path.exists() else "corrections:"
    known = len(_read(path, sha256_of(path))["corrections"]) if path.exists() else 0
    items = [line for line in before.splitlines() if line.lstrip().startswith("- ")]
    indent = min((len(line) - len(line.lstrip()) for line in items), default=2)
    text = "\n".join([before, *(_entry(one, " " * indent) for one in new)]) + "\n"
    mode = path.stat().st_mode & 0o777 if path.exists() else 0o600
    with replacing(path) as temporary:
        temporary.touch(mode=0o600)
        temporary.write_text(text, encoding="utf-8")
        try:
            whole = len(load_yaml(temporary, "corrections")["corrections"]) == known + len(new)
        except ConfigError:
            whole = False
        if not whole:
            raise ConfigError(
                [f"{path}: corrections cannot be added at its end; write each as an item of `corrections` on lines of its own."]
            )
        temporary.chmod(mode)


def without(path: Path, gone: Iterable[Correction]) -> None:
    """Take corrections out of a file that this program keeps."""
    lost = {one.id for one in gone}
    config = _read(path, sha256_of(path))
    kept = [dict(entry) for index, entry in enumerate(config["corrections"]) if _correction(config, index).id not in lost]
    with replacing(path) as temporary:
        temporary.touch(mode=0o600)
        text = "\n".join(["corrections:", *(_entry(one, "  ") for one in kept)]) if kept else "corrections: []"
        temporary.write_text(text + "\n", encoding="utf-8")


def _entry(stated: dict[str, Any], indent: str) -> str:
    lines = [f"{name}: {_yaml(value)}" for name, value in stated.items()]
    return f"{indent}- " + f"\n{indent}  ".join(lines)


def _yaml(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name}: {_yaml(text)}" for name, text in value.items()) + "}"
    if isinstance(value, int):
        return str(value)
    quoted: str = yaml.safe_dump(str(value), default_style='"', allow_unicode=True, width=10**9)
    return quoted.strip()


@lru_cache(maxsize=32)
def _read(path: Path, _sha256: str) -> Config:
    return load_yaml(path, "corrections")


def _correction(config: Config, index: int) -> Correction:
    stated = config["corrections"][index]
    return Correction(
        path=config.path,
        line=config.lines["corrections", index],
        delivery=stated.get("delivery", ""),
        row=stated.get("row"),
        record=tuple(sorted((name, text.strip()) for name, text in stated.get("record", {}).items())),
        column=stated["column"],
        expects=(stated["expects"] or "").strip(),
        value=(stated["value"] or "").strip(),
        reason=stated["reason"],
        who=stated["who"],
        when=stated["when"],
    )


def _faults(config: Config, index: int, source: Source) -> Iterator[str]:
    """Mistakes that the JSON Schema cannot know; what a cell holds is not repeated."""
    stated = config["corrections"][index]
    at: list[str | int] = ["corrections", index]
    for name, text in [("expects", stated["expects"]), ("value", stated["value"]), *stated.get("record", {}).items()]:
        if not isinstance(text, str | None):
            where = [*at, name] if name in stated else [*at, "record", name]
            yield config.problem(where, "what a cell holds is text; put it in quotes.")
    if ("row" in stated) == ("record" in stated):
        yield config.problem(at, "a correction names either a `row` of a `delivery`, or a `record`.")
    if "row" in stated and "delivery" not in stated:
        yield config.problem(at, "a `row` is one of a delivery: add `delivery`, the first characters of its SHA-256.")
    keys = {m.field for m in source.mappings if m.column is not None and m.field in source.key}
    if "record" in stated and set(stated["record"]) != keys:
        yield config.problem([*at, "record"], f"a record of this source is named by: {', '.join(sorted(keys)) or 'nothing'}.")
    if stated["column"] not in source.columns_of_any_shape:
        hint = suggest(stated["column"], source.columns_of_any_shape)
        what = f"`{stated['column']}` is no column that the source maps.{hint} Allowed: {', '.join(source.columns_of_any_shape)}."
        yield config.problem([*at, "column"], what)
    try:
        date.fromisoformat(stated["when"])
    except ValueError:
        yield config.problem([*at, "when"], "this is no day of the calendar; write it as 2026-10-05.")


def as_history(correction: Correction) -> dict[str, Any]:
    """What the history of a row keeps of a correction."""
    content = asdict(correction)
    return {name: content[name] for name in ("column", "expects", "value", "reason", "who", "when")}

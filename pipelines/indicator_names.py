"""Names of an indicator that drift from one scorecard to the next: ``names.yml`` beside a source.

Belongs here: what the file says, mistakes in it, likely joins that are proposed with what speaks for them, and writing these
as unconfirmed. Does not belong here: what a join does (dbt, which heeds only what a person confirmed), or how an id is made of
a stated name (``reshape``).
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

import polars as pl

from pipelines.config import Config, ConfigError, load_yaml
from pipelines.files import replacing
from pipelines.indicators import suggest
from pipelines.sources import Source

SCHEMA = pl.Schema(
    {
        "source": pl.String, "name_id": pl.String, "same_as": pl.String, "evidence": pl.String, "confirmed_by": pl.String,
        "confirmed_on": pl.Date,
    }
)  # fmt: skip
STATED = [
    "indicator_id",
    "stated_name",
    "stated_unit",
    "unit_kind",
    "edition",
    "edition_end",
    "stated_scope",
    "stated_period",
    "stated_value",
    "value",
]
"""The fields of accepted figures that names are compared by."""
LEAST_ALIKE, SURELY_ALIKE = 0.35, 0.85
"""Names less alike than the first are never proposed; from the second on, no figure need speak for them."""
LEAST_FIGURES, LEAST_SHARE = 2, 0.6
"""So many figures of the same area and period, and so large a share of them, must be the same to speak for a join."""


@dataclass(frozen=True)
class Name:
    """One line of the file: ``name_id`` means what ``same_as`` means. It takes effect where it has a ``confirmed_on``."""

    source: str
    name_id: str
    same_as: str
    evidence: str | None = None
    confirmed_by: str | None = None
    confirmed_on: date | None = None


def beside(source: Source) -> Path:
    """The file of names that stands with the source."""
    return source.path.with_name("names.yml")


def files(source: Source) -> list[Path]:
    """The file of names, where the source has one."""
    return [path for path in [beside(source)] if path.exists()]


def load(source: Source, stated: Collection[str], defined: Collection[str]) -> list[Name]:
    """The names of a source, none where it has no such file.

    ``stated`` are the ids that its figures have as they were stated, ``defined`` those of indicators that are defined. Raises
    :class:`ConfigError` naming file, line and field of every fault.
    """
    if not files(source):
        return []
    config = load_yaml(beside(source), "names")
    problems = [what for index in range(len(config["names"])) for what in _faults(config, index, stated, defined)]
    if problems:
        raise ConfigError(problems)
    return [_name(source.name, entry) for entry in config["names"]]


def name_rows(names: Sequence[Name]) -> pl.DataFrame:
    """The names as the models read them."""
    return pl.DataFrame([asdict(name) for name in names], schema=SCHEMA)


def propose(figures: pl.DataFrame, known: Mapping[str, str], source: str) -> list[Name]:
    """Likely joins of names that no edition has together, the likeliest first.

    ``figures`` has the columns of :data:`STATED`; ``known`` are the names that are joined already, with what each is the same as.
    Each name leads to one of a later edition, and that to none.
    """
    editions = _editions(figures)
    pairs = sorted(_pairs(figures, editions, known), key=lambda pair: (-pair.score, pair.earlier, pair.later))
    leads: dict[str, _Pair] = {}
    group = {name: {name} for name in editions}
    for name, other in known.items():
        _merge(group, name, other if other in group else next(one for one in known if known[one] == other))
    for pair in pairs:
        one, other_one = group[pair.earlier], group[pair.later]
        together = [edition for name in one | other_one for edition in editions[name]]
        if pair.earlier not in leads and one is not other_one and len(together) == len(set(together)):
            leads[pair.earlier] = pair
            _merge(group, pair.earlier, pair.later)
    lasts = {name: max(group[name], key=lambda one: (max(editions[one]), one)) for name in leads}
    return [Name(source, name, known.get(last, last), leads[name].evidence) for name, last in lasts.items() if name != last]


def _merge(group: dict[str, set[str]], one: str, other: str) -> None:
    """Make the groups of two names one."""
    both = group[one] | group[other]
    for name in both:
        group[name] = both


def append(path: Path, new: Sequence[Name]) -> None:
    """Add proposals at the end of the file, which is made where there is none; what stands in it stays as it is."""
    before = path.read_text(encoding="utf-8").rstrip() if path.exists() else HEAD
    before = "names:" if before.endswith("names: []") else before
    lines = ("name: {0.name_id}", "same_as: {0.same_as}", 'evidence: "{0.evidence}"', "confirmed_by:", "confirmed_on:")
    entries = ["  - " + "\n    ".join(lines).format(one) for one in new]
    with replacing(path) as temporary:
        temporary.write_text("\n".join([before, *entries]) + "\n", encoding="utf-8")
        load_yaml(temporary, "names")


HEAD = """# Names of indicators that drifted from one edition to the next. A line takes effect once a person has confirmed it: by
# whom (a role, for it is published) and on which day. Take out the lines that are wrong.
names:"""


@dataclass(frozen=True)
class _Pair:
    """Two names that may mean the same, with how much speaks for it."""

    earlier: str
    later: str
    score: float
    evidence: str


def _editions(figures: pl.DataFrame) -> dict[str, set[tuple[date, str]]]:
    """The editions of each name, by their last day."""
    found: dict[str, set[tuple[date, str]]] = {}
    for name, end, edition in figures.select("indicator_id", "edition_end", "edition").unique().iter_rows():
        found.setdefault(name, set()).add((end, edition))
    return found


def _pairs(figures: pl.DataFrame, editions: Mapping[str, set[tuple[date, str]]], known: Collection[str]) -> Iterator[_Pair]:
    """Names that no edition has together, and which words or figures make look the same; the later is the one used last."""
    told = figures.select("indicator_id", "stated_name", "stated_unit", "unit_kind").sort("indicator_id", "stated_name")
    words = {name: _words(title) for name, title, *_ in told.iter_rows()}
    units = {name: " ".join((unit or "no unit").split()) for name, _, unit, _ in told.iter_rows()}
    kinds = {name: kind for name, *_, kind in told.iter_rows()}
    shared = _shared(figures)
    for earlier in sorted(set(editions) - set(known)):
        for later in sorted(editions):
            if max(editions[earlier]) >= max(editions[later]) or editions[earlier] & editions[later]:
                continue
            same, compared = shared.get((earlier, later), (0, 0))
            alike = _alike(words[earlier], words[later], same, compared)
            other_kind = None not in (kinds[earlier], kinds[later]) and kinds[earlier] != kinds[later]
            if alike is None or (other_kind and same < LEAST_FIGURES):
                continue
            evidence = [
                f"names alike {alike:.2f}",
                f"{same} of {compared} figures of the same area and period are the same" if compared else "no figure to compare",
                f"the one last in {max(editions[earlier])[1]}, the other {_first_after(editions[later], max(editions[earlier]))}",
            ]
            if units[earlier] != units[later]:
                evidence.append(f"the units differ: {units[earlier]}, {units[later]}")
            score = alike + (same / compared if compared else 0) + min(same, 10) / 10
            yield _Pair(earlier, later, score, "; ".join(evidence))


def _first_after(editions: Collection[tuple[date, str]], last: tuple[date, str]) -> str:
    """When a name comes after another's last edition: for the first time, or again."""
    return f"{'again' if min(editions) < last else 'first'} in {min(one for one in editions if one > last)[1]}"


def _alike(one: Sequence[str], other: Sequence[str], same: int, compared: int) -> float | None:
    """How alike two names are, 0 to 1; ``None`` where neither words nor figures speak for a join, or figures speak against it.

    Where figures do not speak, each name's words must all stand in the other, or the other's in it.
    """
    if compared >= LEAST_FIGURES and same < LEAST_SHARE * compared:
        return None
    speaks = same >= LEAST_FIGURES
    if not speaks and not (set(one) <= set(other) or set(other) <= set(one)):
        return None
    alike = difflib.SequenceMatcher(None, " ".join(one), " ".join(other)).ratio()
    return alike if alike >= (LEAST_ALIKE if speaks else SURELY_ALIKE) else None


def _shared(figures: pl.DataFrame) -> dict[tuple[str, str], tuple[int, int]]:
    """For two names, how many facts both state with the same value, and how many both state."""
    said = [
        pl.col(name).fill_null("").str.to_uppercase().str.replace_all(r"\s", "") for name in ("stated_scope", "stated_period")
    ]
    value = pl.coalesce(pl.col("value").cast(pl.Float64).cast(pl.String), pl.col("stated_value").str.strip_chars())
    facts = figures.select("indicator_id", *said, value=value).drop_nulls()
    facts = facts.filter((pl.col("stated_scope") != "") & ~pl.col("stated_period").is_in(["", "N/A"]))
    facts = facts.unique(["indicator_id", "stated_scope", "stated_period"], keep="last", maintain_order=True)
    both = facts.join(facts, on=["stated_scope", "stated_period"], suffix="_other").filter(
        pl.col("indicator_id") != pl.col("indicator_id_other")
    )
    counted = both.group_by("indicator_id", "indicator_id_other").agg(
        same=(pl.col("value") == pl.col("value_other")).sum(), compared=pl.len()
    )
    return {(one, other): (same, compared) for one, other, same, compared in counted.iter_rows()}


def _words(title: str) -> list[str]:
    """The words of a name, without case, signs and endings of more than one."""
    return [word.removesuffix("s") for word in re.findall(r"[a-z]+|\d+|%", title.lower())]


def _name(source: str, entry: Mapping[str, str | None]) -> Name:
    on = entry.get("confirmed_on")
    confirmed = date.fromisoformat(on) if on else None
    return Name(source, str(entry["name"]), str(entry["same_as"]), entry.get("evidence"), entry.get("confirmed_by"), confirmed)


def _faults(config: Config, index: int, stated: Collection[str], defined: Collection[str]) -> Iterator[str]:
    """Mistakes that the JSON Schema cannot know."""
    entry = config["names"][index]
    at: list[str | int] = ["names", index]
    if [one["name"] for one in config["names"]].count(entry["name"]) > 1:
        yield config.problem([*at, "name"], f"`{entry['name']}` stands here more than once; keep one.")
    if entry["name"] not in stated:
        what = f"no figure of this source was stated under `{entry['name']}`, so it can be joined to nothing."
        yield config.problem([*at, "name"], f"{what}{suggest(entry['name'], sorted(stated))} Correct it, or take it out.")
    if entry["same_as"] not in {*stated, *defined} or entry["same_as"] == entry["name"]:
        what = f"`{entry['same_as']}` is neither another name that this source stated, nor an indicator that is defined."
        yield config.problem([*at, "same_as"], f"{what}{suggest(entry['same_as'], sorted({*stated, *defined}))}")
    further = {one["name"]: one["same_as"] for one in config["names"]}
    if entry["same_as"] in further and entry["same_as"] != entry["name"]:
        what = f"`{entry['same_as']}` is itself said to be the same as `{further[entry['same_as']]}`; write that here."
        yield config.problem([*at, "same_as"], what)
    if bool(entry.get("confirmed_by")) != bool(entry.get("confirmed_on")):
        yield config.problem(
            at, "a name is confirmed by somebody, on a day: state both `confirmed_by` and `confirmed_on`, or neither."
        )
    elif entry.get("confirmed_on"):
        try:
            date.fromisoformat(entry["confirmed_on"])
        except ValueError:
            yield config.problem([*at, "confirmed_on"], "this is no day of the calendar; write it as 2026-11-27.")

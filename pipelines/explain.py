"""The story of one published figure, from its value back to the files it was counted from.

Belongs here: finding the figure that is asked for in a release, gathering what the release says about it, and putting that
in words. Does not belong here: anything that is not in the published files; a withheld figure stays withheld.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

from pipelines.indicators import suggest
from pipelines.published import Row, rows
from pipelines.tables import parts

DATASET = "performance"
KEY = (
    "indicator_id",
    "method_version",
    "period_type",
    "period_start",
    "period_end",
    "area_code",
    "breakdown",
    "breakdown_value",
)
PERIOD = ("period_type", "period_start", "period_end")
SHORTEST_FIRST = (
    "point",
    "month",
    "wave",
    "quarter",
    "year_to_date",
    "rolling_12_months",
    "financial_year",
    "calendar_year",
    "academic_year",
    "multi_year",
)
STATUS = {
    "final": "final",
    "provisional": "provisional: late records may still change it",
    "revised": "revised since it was first published",
}
NOTE = {
    "c": "Withheld: it, or a count it rests on, is so small that it could tell something about a person.",
    "x": "Not available: something it is worked out from was not there.",
    "z": "Not applicable: there was nothing to work it out from.",
    "u": "Unreliable: it rests on too little to be sure of.",
}


class ExplainError(Exception):
    """There is no such figure in the release; the message says what there is."""


@dataclass(frozen=True)
class Explanation:
    """Everything a release says about one figure. Values are texts as published; ``None`` where there is none.

    ``deliveries`` are the received files with records of this indicator dated in the figure's period: rows of
    ``source_snapshot``, with ``rows_counted``, ``rows_left_out``, ``counted_from`` and ``counted_to`` of this method version.
    """

    figure: Row
    indicator: Row
    period: Row
    area: Row
    method: Row
    deliveries: list[Row]
    target: Row | None
    assessment: Row | None
    revisions: list[Row]
    release: Row


def explain(
    publish: Path,
    indicator: str,
    period: str | None = None,
    area: str | None = None,
    breakdown: str | None = None,
    version: int | None = None,
) -> Explanation:
    """The story of one figure of the release in ``publish``.

    ``indicator`` is an identifier or a title, ``period`` a label ("Q2 2026/27", "June 2026"), a month (2026-06) or a first
    day, also after a kind of period ("quarter 2026-07-01"); the latest where it is not given. ``area`` is a code or a name,
    the whole council where it is not given; ``breakdown`` is "name=group"; ``version`` a method version, otherwise the one in
    use. Where several periods fit, the shortest counts. Raises :class:`ExplainError`, which says what there is.
    """
    data = publish / DATASET / "data"
    if not parts(data / "observation.csv"):
        if (publish / DATASET).is_dir():
            missing = f"{DATASET}/data/observation.csv is missing from the release in {publish}."
            raise ExplainError(f"{missing} What else is not as it was released: yardstick verify {publish}")
        raise ExplainError(f"There is no release in {publish}. Make one with `yardstick run`, or name its folder.")
    about = _indicator(rows(data / "indicator.csv"), indicator)
    indicator_id = about["indicator_id"] or ""
    of_indicator = {"indicator_id": indicator_id}
    figures = rows(data / "observation.csv", of_indicator)
    if not figures:
        raise ExplainError(f"{indicator_id} is adopted, but this release has no figure of it yet.")
    figures = _of_version(figures, about, version)
    place, figures = _of_area(figures, rows(data / "area.csv"), area)
    figures = _of_breakdown(figures, breakdown)
    when, figure = _of_period(figures, rows(data / "period.csv"), period)
    method = {**of_indicator, "method_version": figure["method_version"] or ""}
    of_period = {column: figure[column] or "" for column in PERIOD}
    targets = rows(data / "target.csv", {**of_indicator, **of_period})
    of_area = {**method, **of_period, "area_code": figure["area_code"] or ""}
    whole = figure["breakdown"] == "all"
    return Explanation(
        figure=figure,
        indicator=about,
        period=when,
        area=place,
        method=next(iter(rows(data / "method.csv", method)), {}),
        deliveries=_deliveries(data, method, figure),
        target=next((target for target in targets if target.get("is_in_force", "true") == "true"), None),
        assessment=next(iter(rows(data / "assessment.csv", of_area)), None) if whole else None,
        revisions=_revisions(data, figure),
        release=_release(publish),
    )


def to_json(explanation: Explanation) -> str:
    """The explanation as JSON, in the fields of :class:`Explanation`."""
    return json.dumps(asdict(explanation), indent=2, ensure_ascii=False)


def render(explanation: Explanation) -> str:
    """The explanation as plain text for a terminal, ending with a line break."""
    parts = [
        _figure_lines(explanation),
        _method_lines(explanation),
        _delivery_lines(explanation.deliveries),
        _revision_lines(explanation.revisions),
        _release_lines(explanation.release),
    ]
    return "\n\n".join("\n".join(lines) for lines in parts) + "\n"


def _indicator(known: Sequence[Row], asked: str) -> Row:
    wanted = _words(asked)
    for row in known:
        if wanted in (_words(row["indicator_id"]), _words(row["title"])):
            return row
    near = suggest(asked, [row[field] or "" for row in known for field in ("indicator_id", "title")])
    listed = "".join(f"\n  {row['indicator_id']}: {row['title']}" for row in known)
    raise ExplainError(f"There is no indicator `{asked}` in this release.{near} Its indicators:{listed}")


def _of_version(figures: Sequence[Row], about: Row, asked: int | None) -> list[Row]:
    """Figures of the version asked for; of the one in use, or else of the latest there is, where none is."""
    there = sorted({int(row["method_version"] or 0) for row in figures})
    in_use = int(about["latest_version"] or 0)
    wanted = asked if asked is not None else in_use if in_use in there else there[-1]
    if wanted not in there:
        raise ExplainError(
            f"{about['indicator_id']} has no figures by method version {wanted}. Versions with figures:"
            f" {', '.join(map(str, there))}."
        )
    return [row for row in figures if row["method_version"] == str(wanted)]


def _of_area(figures: Sequence[Row], areas: Sequence[Row], asked: str | None) -> tuple[Row, list[Row]]:
    """The area asked for, or the whole council, and its figures."""
    there = {row["area_code"] for row in figures}
    if asked is None:
        fitting = [row for row in areas if row["area_type"] == "council" and row["area_code"] in there]
        problem = "There is no figure of the whole council; name an area."
    else:
        wanted = _words(asked)
        fitting = [row for row in areas if wanted in (_words(row["area_code"]), _words(row["area_name"]))]
        names = [row["area_name"] or "" for row in areas]
        problem = f"There is no area `{asked}` in this release.{suggest(asked, names)}"
        if fitting and fitting[0]["area_code"] not in there:
            problem = f"There is no figure of {fitting[0]['area_name']} for this indicator."
            fitting = []
    if not fitting:
        listed = "".join(f"\n  {row['area_code']}: {row['area_name']}" for row in areas if row["area_code"] in there)
        raise ExplainError(f"{problem} Areas with figures:{listed}")
    return fitting[0], [row for row in figures if row["area_code"] == fitting[0]["area_code"]]


def _of_breakdown(figures: Sequence[Row], asked: str | None) -> list[Row]:
    """The figures of a group, "name=group"; those of everybody where none is asked for."""
    name, _, group = (asked or "all=all").partition("=")
    wanted = (_words(name), _words(group))
    found = [row for row in figures if (_words(row["breakdown"]), _words(row["breakdown_value"])) == wanted]
    if not found:
        there = sorted({f"{row['breakdown']}={row['breakdown_value']}" for row in figures})
        raise ExplainError(
            f"There is no breakdown `{asked or 'all=all'}` of this indicator and area.{suggest(asked or '', there)}"
            f" Breakdowns, written name=group: {', '.join(there)}."
        )
    return found


def _of_period(figures: Sequence[Row], periods: Sequence[Row], asked: str | None) -> tuple[Row, Row]:
    """The period asked for, or the latest, with its figure."""
    labels = {tuple(row[column] for column in PERIOD): row for row in periods}
    there = []
    for figure in figures:
        key = tuple(figure[column] for column in PERIOD)
        plain: Row = {**dict(zip(PERIOD, key, strict=True)), "label": f"{key[0]} from {key[1]} to {key[2]}"}
        there.append((labels.get(key, plain), figure))
    there.sort(key=lambda item: (_length_rank(item[0]["period_type"]), item[0]["period_end"] or ""))
    if asked is None:
        latest = max(item[0]["period_start"] or "" for item in there)
        begun = [item for item in there if item[0]["period_start"] == latest]
        shortest = [item for item in begun if item[0]["period_type"] == begun[0][0]["period_type"]]
        return shortest[-1]
    for fits in (_is_label, _is_month, _is_start):
        found = [item for item in there if fits(item[0], asked)]
        if found:
            return found[0]
    names = [item[0]["label"] or "" for item in there]
    listed = "".join(f"\n  {kind}: {_listed(group)}" for kind, group in _by_kind(row for row, _ in there).items())
    raise ExplainError(
        f"There is no figure of this indicator and area for the period `{asked}`.{suggest(asked, names)}"
        f" Periods with figures:{listed}"
    )


def _is_label(period: Row, asked: str) -> bool:
    named = {_words(period["label"]), _words(f"{period['period_type']} {period['period_start']}")}
    return _words(asked) in named


def _is_month(period: Row, asked: str) -> bool:
    return period["period_type"] == "month" and (period["period_start"] or "")[:7] == asked.strip()


def _is_start(period: Row, asked: str) -> bool:
    return period["period_start"] == asked.strip()


def _length_rank(period_type: str | None) -> int:
    return SHORTEST_FIRST.index(period_type) if period_type in SHORTEST_FIRST else len(SHORTEST_FIRST)


def _by_kind(periods: Iterable[Row]) -> dict[str, list[str]]:
    """Labels of periods by kind, each in the order of time."""
    kinds: dict[str, list[str]] = {}
    for row in periods:
        kinds.setdefault(row["period_type"] or "", []).append(row["label"] or "")
    return kinds


def _listed(labels: Sequence[str]) -> str:
    if len(labels) <= 8:
        return ", ".join(labels)
    return f"{', '.join(labels[:2])}, … {', '.join(labels[-2:])} ({len(labels)} in all)"


def _deliveries(data: Path, method: Mapping[str, str], figure: Row) -> list[Row]:
    """Deliveries with counted records dated in the figure's period, by source and time of receipt."""
    found: list[Row] = []
    for counted in rows(data / "calculation.csv", method):
        if not _overlaps(counted, figure):
            continue
        key = {"source": counted["source"] or "", "delivery": counted["delivery"] or ""}
        received: Row = next(iter(rows(data / "source_snapshot.csv", key)), {**key})
        counts = {name: counted[name] for name in ("rows_counted", "rows_left_out")}
        dates = {"counted_from": counted["first_date"], "counted_to": counted["last_date"]}
        found.append({**received, **counts, **dates})
    return sorted(found, key=lambda row: (row["source"] or "", row.get("received_at") or "", row["delivery"] or ""))


def _overlaps(counted: Row, figure: Row) -> bool:
    first, last = counted["first_date"], counted["last_date"]
    begins, ends = figure["period_start"] or "", figure["period_end"] or ""
    return (first is None or first <= ends) and (last is None or last >= begins)


def _revisions(data: Path, figure: Row) -> list[Row]:
    """Changes of this figure since it was first published, in the order they were published."""
    of_figure = {column: figure[column] or "" for column in KEY}
    of_table = {"dataset": DATASET, "table_name": "observation"}
    return [row for row in rows(data / "revision.csv", of_table) if _record_key(row["record_key"]) == of_figure]


def _record_key(text: str | None) -> dict[str, str]:
    """``column=value|column=value`` as columns and values."""
    parts = (part.partition("=") for part in (text or "").split("|"))
    return {column: value for column, _, value in parts}


def _release(publish: Path) -> Row:
    """What the release says of itself: at least ``version``, where its package names one."""
    package = publish / DATASET / "datapackage.json"
    content = json.loads(package.read_text(encoding="utf-8")) if package.is_file() else {}
    version = str(content["version"]) if "version" in content else None
    if version is None:
        return {"version": None}
    return next(iter(rows(publish / DATASET / "data" / "release.csv", {"version": version})), {"version": version})


def _figure_lines(story: Explanation) -> list[str]:
    figure, about, period = story.figure, story.indicator, story.period
    group = "" if figure["breakdown"] == "all" else f"{figure['breakdown']}: {figure['breakdown_value']}"
    standing = story.assessment or {}
    limits = [_number(figure[name]) for name in ("lower_95", "upper_95")]
    kind = (period["period_type"] or "").replace("_", " ")
    dates = f"{period['period_start']} to {period['period_end']}"
    facts = {
        "Indicator": about["indicator_id"],
        "Period": f"{period['label']} ({kind}, {dates})",
        "Area": f"{story.area['area_name']} ({story.area['area_code']})",
        "Group": group,
        "Value": _value(figure, about),
        "95 % limits": f"{limits[0]} to {limits[1]}" if all(limits) else "",
        "Numerator": _part(figure, "numerator"),
        "Denominator": _part(figure, "denominator"),
        "Status": STATUS.get(figure["value_status"] or "", figure["value_status"]),
        "Note": NOTE.get(figure["value_note"] or "", figure["value_note"]),
        "Target": _target(story.target, about),
        "Rating": standing.get("rag_sentence"),
        "Direction": standing.get("direction_sentence"),
        "Peers": standing.get("peers_sentence"),
        "To year end": standing.get("needed_sentence"),
        "Meaning": about["definition"],
        "Mind": about["limitations"],
    }
    return [about["title"] or "", *_facts(facts)]


def _value(figure: Row, about: Row) -> str:
    """The value as the indicator shows it with its unit, and as published where that has more decimals."""
    published = figure["value"]
    if published is None:
        return "withheld" if figure["value_note"] == "c" else "none"
    places = Decimal(1).scaleb(-int(about["decimals"] or 0))
    shown = f"{Decimal(published).quantize(places, ROUND_HALF_UP):f}"
    exact = "" if Decimal(shown) == Decimal(published) else f" ({_number(published)} as published)"
    return f"{shown} {about['unit']}{exact}"


def _part(figure: Row, name: str) -> str:
    """A numerator or denominator in words; '' where the measure has none."""
    if figure[name] is None:
        return "withheld" if figure["value_note"] == "c" else ""
    return _number(figure[name])


def _target(target: Row | None, about: Row) -> str:
    if target is None:
        return ""
    tolerance = _number(target.get("tolerance"))
    agreed = [text for text in (target.get("agreed_by"), target.get("agreed_on")) if text]
    return (
        (target.get("target_words") or f"{_number(target['target'])} {about['unit']}")
        + (f", tolerance {tolerance}" if tolerance else "")
        + (f", agreed by {', '.join(agreed)}" if agreed else "")
        + (f": {target['reason']}" if target.get("reason") else "")
    )


def _method_lines(story: Explanation) -> list[str]:
    method, about = story.method, story.indicator
    version = story.figure["method_version"]
    in_use = "in use" if version == about["latest_version"] else f"superseded; version {about['latest_version']} is in use"
    multiplier = _number(about.get("multiplier"))
    facts = {
        "Version": f"{version} ({in_use})",
        "Change": method.get("change"),
        "Reason": method.get("reason"),
        "Valid from": method.get("valid_from"),
        "Approved by": method.get("approved_by"),
        "Measure": (about["measure"] or "") + (f", times {multiplier}" if multiplier not in ("", "1") else ""),
        "Fingerprint": method.get("fingerprint"),
    }
    sql = (method.get("sql") or "").strip()
    lines = ["SQL, one row a record counted:", *(f"    {line}".rstrip() for line in sql.splitlines())] if sql else []
    return ["Method", *_facts(facts), *(f"  {line}" for line in lines)]


def _delivery_lines(deliveries: Sequence[Row]) -> list[str]:
    if not deliveries:
        return ["Received files", "  None has records of this indicator dated in this period."]
    lines = ["Received files with records of this indicator dated in this period"]
    for row in deliveries:
        title = row.get("source_title") or row["source"]
        facts = {
            "SHA-256": row["delivery"],
            "Received": f"{row.get('received_at')}, {_thousands(row.get('bytes'))} bytes",
            "Rows read": f"{_thousands(row.get('rows_read'))}: {_thousands(row.get('rows_accepted'))} accepted,"
            f" {_thousands(row.get('rows_quarantined'))} quarantined,"
            f" {_thousands(row.get('rows_layout'))} titles, totals and blank lines",
            "Rows counted": f"{_thousands(row['rows_counted'])} by this method in all periods,"
            f" dated {row['counted_from']} to {row['counted_to']}",
            "Rows left out": f"{_thousands(row['rows_left_out'])} accepted rows that the method does not count, or that a"
            " later row replaced",
            "Mapping": row.get("mapping_sha256"),
        }
        if row.get("purged_on"):
            facts["Purged"] = (
                f"{row['purged_on']}: the file as received is kept no longer, so the figure can be traced to it, and stays as it"
                " was published, but cannot be worked out again"
            )
        lines += [f"  {title} ({row['source']})", *(f"  {line}" for line in _facts(facts))]
    return lines


def _revision_lines(revisions: Sequence[Row]) -> list[str]:
    if not revisions:
        return ["Revisions", "  None: the figure stands as it was first published."]
    lines = ["Revisions"]
    for row in revisions:
        old, new = (row[name] or "none" for name in ("old_value", "new_value"))
        lines.append(f"  Release {row['release_version']}: {row['field']} from {old} to {new} ({row['cause']})")
    return lines


def _release_lines(release: Row) -> list[str]:
    as_of = f", as of {release['as_of']}" if release.get("as_of") else ""
    return [f"Release {release['version']}{as_of}" if release["version"] else "Release without a version"]


def _facts(facts: Mapping[str, str | None]) -> list[str]:
    """Names and values in two columns; a name without a value is left out."""
    width = max(len(name) for name in facts) + 2
    return [f"  {name:<{width}}{value}" for name, value in facts.items() if value]


def _number(text: str | None) -> str:
    """A published number without zeros that say nothing; '' for none."""
    if not text:
        return ""
    return f"{Decimal(text).normalize():f}" if Decimal(text) else "0"


def _thousands(text: str | None) -> str:
    return f"{int(text):,}" if text else "withheld"


def _words(text: str | None) -> str:
    """Text for comparing what people type: its words in small letters."""
    return " ".join(re.findall(r"\w+", (text or "").lower()))

"""The officers' workbook: what the council itself decides about its indicators (one XLSX, seven sheets).

Belongs here: the sheets as they stood on a day. Does not belong here: what stands in them (`demo.decisions`), or what is
true of an indicator anywhere, which stands with the indicator. A new version of the whole workbook comes once a year.
"""

from collections.abc import Sequence
from datetime import date

from demo import decisions
from demo.figures import GROUP, RETURNS
from demo.files import Cell, Delivery, received_at, xlsx_bytes

Rows = list[tuple[Cell, ...]]

_VERSIONS = (date(2024, 5, 14), date(2025, 5, 13), date(2026, 10, 12))


def deliveries() -> list[Delivery]:
    """The workbook in its three versions."""
    return [
        Delivery(f"officers/performance_workbook_{day:%Y-%m}.xlsx", received_at(day, 16), xlsx_bytes(_sheets(day)))
        for day in _VERSIONS
    ]


def _sheets(day: date) -> dict[str, Sequence[Sequence[Cell]]]:
    """The seven sheets with what was decided, or had happened, by that day."""
    return {
        "Adoption": _adoption(),
        "Targets": _targets(day),
        "Priorities": [("Priority", "Title", "What it means"), *decisions.PRIORITIES],
        "Commentary": _commentary(day),
        "Events": _events(day),
        "Actions": _actions(day),
        "Risks": _risks(day),
    }


def _adoption() -> Rows:
    """The indicators adopted; those that others report too are compared with similar authorities."""
    header: tuple[Cell, ...] = (
        "Indicator", "Owner", "Portfolio holder", "Level", "Priority", "Why we watch it", "Compared with",
        "Read together with", "Partners", "Goals of the United Nations", "Burden", "Adopted on",
        "A change counts from",
    )  # fmt: skip
    rows: Rows = [header]
    for indicator, office, level, priority, why, companions in decisions.ADOPTED:
        holder, partners = decisions.OFFICES[office]
        compared = GROUP if indicator in RETURNS else None
        goals, burden = decisions.GOALS.get(priority), decisions.BURDEN.get(indicator, "Low")
        told = (indicator, office, holder, level, priority, why, compared, companions, partners, goals, burden)
        rows.append((*told, date(2021, 3, 16), decisions.NO_CHANGE_BANDS.get(indicator)))
    return rows


def _targets(day: date) -> Rows:
    """The targets of the financial years that had begun by that day, as numbers and in words, and those agreed anew by then."""
    header: tuple[Cell, ...] = (
        "Indicator", "Period", "From", "To", "Target", "Target in words", "Tolerance", "Tolerance in", "Minimum", "Stretch",
        "Through the year", "Agreed by", "Agreed on", "Why this level",
    )  # fmt: skip
    rows: Rows = [header]
    for indicator, tolerance, agreed_by, why, levels in decisions.TARGETS:
        earlier = decisions.EARLIER_TARGETS.get(indicator, ())
        for year, level in zip(range(2023 - len(earlier), 2027), (*earlier, *levels), strict=True):
            if date(year, 4, 1) <= day:
                rows.append(_target(indicator, year, level, tolerance, agreed_by, date(year, 3, 12), why))
    for indicator, year, level, agreed_by, agreed_on, why in decisions.CHANGED_TARGETS:
        if agreed_on <= day:
            tolerance = next(row[1] for row in decisions.TARGETS if row[0] == indicator)
            rows.append(_target(indicator, year, level, tolerance, agreed_by, agreed_on, why))
    for indicator, tolerance_of_words, agreed_by, why, words in decisions.TARGETS_IN_WORDS:
        for year, text in zip(range(2023, 2027), words, strict=True):
            if date(year, 4, 1) <= day:
                agreed = (agreed_by, date(year, 3, 12), why)
                rows.append((indicator, *_period(indicator, year), None, text, tolerance_of_words, *[None] * 4, *agreed))
    return rows


def _target(indicator: str, year: int, level: float, tolerance: float, *agreed: Cell) -> tuple[Cell, ...]:
    """A target that is a number, in the order of the sheet's columns; ``agreed`` says by whom, when and why."""
    minimum, stretch = decisions.MINIMUM_AND_STRETCH.get(indicator, (None, None))
    steps = decisions.PROFILES.get(indicator, ())
    profile = "flat" if steps is None else ", ".join(f"{level + step:g}" for step in steps) or None
    return (
        indicator, *_period(indicator, year), level, None, tolerance,
        "Percent" if indicator in decisions.TOLERANCE_IN_PERCENT else None,
        None if minimum is None else level + minimum, None if stretch is None else level + stretch, profile, *agreed,
    )  # fmt: skip


def _period(indicator: str, year: int) -> tuple[Cell, ...]:
    """The period of a target: the financial year, or the wave of the survey in it."""
    if indicator in {"residents_satisfied", "trust"}:
        return ("Survey wave", date(year, 9, 27), date(year, 11, 5))
    return ("Financial year", date(year, 4, 1), date(year + 1, 3, 31))


def _commentary(day: date) -> Rows:
    header: tuple[Cell, ...] = ("Indicator", "Period", "From", "Commentary", "Author", "Publish?")
    return [header, *(row[1:] for row in decisions.COMMENTARY if row[0] <= day)]


def _events(day: date) -> Rows:
    header: tuple[Cell, ...] = ("Event", "From", "To", "Title", "What it means for the figures", "Indicator", "Service", "Kind")
    return [header, *(row for row in decisions.EVENTS if row[1] <= day)]


def _actions(day: date) -> Rows:
    header: tuple[Cell, ...] = (
        "Action", "Title", "Indicator", "Priority", "Owner", "Due", "Status", "Done on", "Progress",
        "Publish?",
    )  # fmt: skip
    rows: Rows = [header]
    for since, action, title, indicator, priority, owner, due, done, progress in decisions.ACTIONS:
        if since <= day:
            is_done = done is not None and done <= day
            status = "Done" if is_done else "Late" if due < day else "On track"
            told = (action, title, indicator, priority, owner, due, status, done if is_done else None, progress)
            rows.append((*told, _mark(action)))
    return rows


def _risks(day: date) -> Rows:
    header: tuple[Cell, ...] = (
        "Risk", "Title", "What could happen", "Indicator", "Priority", "Owner", "Likelihood", "Impact",
        "What we do about it", "Reviewed", "Status", "Publish?",
    )  # fmt: skip
    return [header, *((*row, day, "Open", _mark(row[0])) for row in decisions.RISKS)]


def _mark(what: str) -> str:
    """Whether an action or a risk is marked for publication."""
    return "No" if what in decisions.NOT_FOR_PUBLICATION else "Yes"

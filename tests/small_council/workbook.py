"""The officers' workbook: what the council itself decides about its indicators (one XLSX, seven sheets).

Belongs here: adoption, targets, priorities, commentary, events, actions and risks of the invented council. Does not belong
here: what is true of an indicator anywhere, which stands with the indicator. A new one comes each spring.
"""

from collections.abc import Sequence
from datetime import date

from demo.files import Cell, Delivery, received_at, xlsx_bytes
from small_council.figures import GROUP

Rows = tuple[tuple[Cell, ...], ...]

PRIORITIES: Rows = (
    ("Priority", "Title", "What it means"),
    ("homes", "Safe and decent homes", "Council homes are safe, warm and in good repair."),
    ("streets", "Clean streets", "Waste is collected when we said, and nothing is left behind."),
    ("listening", "A council that listens", "We answer when people write to us, and we learn from what they say."),
    ("money", "Sound money", "We collect what is due and spend it with care."),
)

ADOPTION: Rows = (
    ("Indicator", "Owner", "Portfolio holder", "Level", "Priority", "Why we watch it", "Compared with",
     "Read together with", "Partners", "Adopted on"),
    ("repairs_in_time", "Head of Housing", "Cabinet Member for Housing", "Strategic", "homes",
     "Tenants wait too long when repairs run late, and small faults become large ones.", GROUP,
     "repairs_days,residents_satisfied", "Repairs contractor", date(2023, 3, 14)),
    ("repairs_days", "Head of Housing", "Cabinet Member for Housing", "Operational", "homes",
     "A share in time can rise while those who wait, wait longer.", None, "repairs_in_time", "Repairs contractor",
     date(2023, 3, 14)),
    ("missed_bins_reported", "Head of Waste", "Cabinet Member for Environment", "Front line", "streets",
     "Shows where collections go wrong, week by week.", None, "missed_bins_in_time", None, date(2023, 3, 14)),
    ("missed_bins_in_time", "Head of Waste", "Cabinet Member for Environment", "Operational", "streets",
     "A missed bin matters less when it is emptied quickly.", None, "missed_bins_reported", None, date(2023, 3, 14)),
    ("complaints_answered_in_time", "Head of Customer Services", "Leader of the Council", "Strategic", "listening",
     "People who complain deserve an answer when we promised it.", None, "complaints_rate,ombudsman_upheld", None,
     date(2023, 3, 14)),
    ("complaints_rate", "Head of Customer Services", "Leader of the Council", "Operational", "listening",
     "Neither high nor low is good by itself: it tells how readily people complain.", None,
     "complaints_answered_in_time", None, date(2023, 3, 14)),
    ("ombudsman_upheld", "Monitoring Officer", "Leader of the Council", "Strategic", "listening",
     "An independent judgement of how we treat people.", None, "complaints_answered_in_time", None,
     date(2023, 3, 14)),
    ("residents_satisfied", "Chief Executive", "Leader of the Council", "Strategic", "listening",
     "What residents think of us in the round.", None, "complaints_rate", None, date(2023, 7, 4)),
    ("council_tax_collected", "Director of Finance", "Cabinet Member for Finance", "Strategic", "money",
     "Services are paid for from what is collected.", GROUP, None, None, date(2024, 6, 28)),
)  # fmt: skip

# Indicator, unit of tolerance, and for each financial year the target and why it was set there.
_TARGETS: tuple[tuple[str, float, tuple[tuple[int, float, str], ...]], ...] = (
    ("repairs_in_time", 2, (
        (2023, 85, "Promised in the tenants' charter"), (2024, 85, "Kept until the new contract"),
        (2025, 86, "First months of the new contract"), (2026, 90, "Level the new contract pays for"))),
    ("repairs_days", 1, (
        (2024, 9, "Average of the two years before"), (2025, 9, "Kept"), (2026, 8, "One day fewer for tenants"))),
    ("missed_bins_in_time", 2, (
        (2023, 92, "Reached by similar rounds elsewhere"), (2024, 92, "Kept"), (2025, 93, "New rounds"),
        (2026, 93, "Kept after a difficult summer"))),
    ("complaints_answered_in_time", 3, (
        (2023, 80, "Complaints code"), (2024, 80, "Complaints code"), (2025, 85, "More staff from January 2025"),
        (2026, 88, "On the way to nine in ten"))),
    ("ombudsman_upheld", 5, ((2024, 55, "Rate of similar authorities"), (2025, 50, "Lower each year"),
                             (2026, 48, "Lower each year"))),
    ("council_tax_collected", 0.3, (
        (2023, 96.5, "Budget assumption"), (2024, 96.6, "Budget assumption"), (2025, 96.8, "Budget assumption"),
        (2026, 97, "Budget assumption"))),
)  # fmt: skip

EVENTS: Rows = (
    ("Event", "From", "To", "Title", "What it means for the figures", "Indicator", "Service"),
    ("storm-2024", date(2024, 12, 6), date(2024, 12, 9), "Winter storm",
     "Roof repairs trebled for a week; routine work was put back.", None, "Housing repairs"),
    ("contract-2025", date(2025, 10, 1), None, "New repairs contractor starts",
     "Work in progress was handed over; times before and after can be compared.", "repairs_in_time",
     "Housing repairs"),
    ("rounds-2025", date(2025, 6, 2), date(2025, 8, 29), "New collection rounds",
     "All rounds changed in one week; crews learned new streets over the summer.", None, "Missed bins"),
)  # fmt: skip

ACTIONS: Rows = (
    ("Action", "Title", "Indicator", "Priority", "Owner", "Due", "Status", "Done on", "Progress", "Publish?"),
    ("A1", "Recovery plan for repairs", "repairs_in_time", "homes", "Head of Housing", date(2026, 12, 31), "On track", None,
     "Two joiners engaged.", "Yes"),
    ("A2", "Review of the contract", "repairs_in_time", "homes", "Head of Housing", date(2026, 12, 31), "Not started", None,
     None, "No"),
    ("A3", "Letters to every street", "missed_bins_reported", "streets", "Head of Waste", date(2026, 6, 30), "Late", None,
     None, "Yes"),
)  # fmt: skip

RISKS: Rows = (
    ("Risk", "Title", "Indicator", "Owner", "Likelihood", "Impact", "Status", "Publish?"),
    ("R1", "Contractor fails", "repairs_in_time", "Head of Housing", 2, 5, "Open", "Yes"),
    ("R2", "Claim against the contractor", "repairs_in_time", "Head of Housing", 3, 3, "Open", "No"),
)

# From the day on which it first stood in the workbook: indicator, kind of period, its first day, text, author, publish?
_COMMENTARY: tuple[tuple[date, str, str, date, str, str, str], ...] = (
    (date(2024, 5, 14), "repairs_in_time", "Financial year", date(2023, 4, 1),
     "Just short of the promise in the tenants' charter. Most late jobs are damp and mould.", "Head of Housing", "Yes"),
    (date(2025, 5, 13), "repairs_in_time", "Financial year", date(2024, 4, 1),
     "The December storm and a shortage of joiners pushed routine work back until March.", "Head of Housing", "Yes"),
    (date(2025, 5, 13), "complaints_answered_in_time", "Financial year", date(2024, 4, 1),
     "Better since January, when two more officers joined the team.", "Head of Customer Services", "Yes"),
    (date(2026, 5, 12), "missed_bins_in_time", "Quarter", date(2025, 7, 1),
     "New rounds in June. Crews know their streets by now and the backlog is gone.", "Head of Waste", "Yes"),
    (date(2026, 5, 12), "repairs_in_time", "Quarter", date(2025, 10, 1),
     "The new contractor started well; do not read too much into one quarter.", "Head of Housing", "Yes"),
    (date(2026, 5, 12), "council_tax_collected", "Financial year", date(2025, 4, 1),
     "Draft for the audit committee; not yet cleared.", "Director of Finance", "No"),
)  # fmt: skip

_VERSIONS = (date(2024, 5, 14), date(2025, 5, 13), date(2026, 5, 12))


def deliveries() -> list[Delivery]:
    """The workbook as it stood each spring."""
    return [
        Delivery(f"officers/performance_workbook_{day.year}.xlsx", received_at(day, 16), xlsx_bytes(_sheets(day)))
        for day in _VERSIONS
    ]


def _sheets(day: date) -> dict[str, Sequence[Sequence[Cell]]]:
    """The seven sheets with what was decided, or had happened, by that day."""
    return {
        "Adoption": (ADOPTION[0], *(row for row in ADOPTION[1:] if _is_past(row[-1], day))),
        "Targets": _targets(day),
        "Priorities": PRIORITIES,
        "Commentary": _commentary(day),
        "Events": (EVENTS[0], *(row for row in EVENTS[1:] if _is_past(row[1], day))),
        "Actions": ACTIONS,
        "Risks": RISKS,
    }


def _is_past(cell: Cell, day: date) -> bool:
    """Whether the cell holds a date that is not after the day."""
    return isinstance(cell, date) and cell <= day


def _targets(day: date) -> list[tuple[Cell, ...]]:
    """The targets of the financial years that had begun by that day."""
    header: tuple[Cell, ...] = (
        "Indicator", "Period", "From", "To", "Target", "Tolerance", "Agreed by", "Agreed on", "Why this level",
    )  # fmt: skip
    rows: list[tuple[Cell, ...]] = [header]
    for indicator, tolerance, targets in _TARGETS:
        for year, target, why in targets:
            start, end = date(year, 4, 1), date(year + 1, 3, 31)
            if start <= day:
                agreed = ("Cabinet", date(year, 3, 12), why)
                rows.append((indicator, "Financial year", start, end, target, tolerance, *agreed))
    return rows


def _commentary(day: date) -> list[tuple[Cell, ...]]:
    """The commentary written by that day."""
    header: tuple[Cell, ...] = ("Indicator", "Period", "From", "Commentary", "Author", "Publish?")
    return [header, *(row[1:] for row in _COMMENTARY if row[0] <= day)]

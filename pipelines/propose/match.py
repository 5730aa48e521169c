"""Which record type a file seems to hold, and which of its columns are which fields.

Belongs here: likeness of names and of contents. Does not belong here: how cells are written (columns), the YAML (write).
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

import schemas
from pipelines.propose.columns import PERSONAL, Column

WORDS: dict[str, tuple[str, ...]] = {
    "request_id": ("request id", "ref", "reference", "ref no", "job no", "job number", "case ref",
                   "case enquiry id", "application no",
                   "application number", "pa ref", "enquiry id", "service request id", "id", "transaction number", "report id"),
    "case_id": ("case id", "case ref", "complaint ref", "complaint no", "ref", "reference", "complaint id", "id", "decision id"),
    "service": ("service", "department", "service area", "expense area", "directorate"),
    "category": ("category", "type", "request type", "kind", "reason", "job type", "case title", "subject", "expense type"),
    "opened_at": ("opened", "open dt", "date opened", "reported", "date reported", "received", "date received",
                  "created", "created at",
                  "requested datetime", "raised", "logged", "start date", "date", "valid date", "application date"),
    "due_at": ("due", "target", "target dt", "target date", "due date", "date due", "deadline"),
    "closed_at": ("closed", "closed dt", "date closed", "completed", "completion date", "fixed", "resolved",
                  "decision issued", "end date",
                  "date decision issued", "decision date", "decided", "finished", "updated datetime"),
    "received_on": ("received", "date received", "received on", "opened", "complaint date", "logged", "date"),
    "due_on": ("due", "due date", "target date"),
    "closed_on": ("closed", "date closed", "decision date", "decision date iso", "answered", "completed",
                  "responded", "resolved on"),
    "outcome": ("outcome", "decision", "result", "status", "finding", "case status", "closure reason", "resolution"),
    "area_code": ("ward", "area", "area code", "ward code", "wdcd", "lad", "ladcd", "gss code", "gss", "areakey",
                  "neighbourhood", "locality",
                  "local authority", "localauthority", "geography code", "neighborhood"),
    "area_name": ("area name", "ward name", "ladnm", "name", "local authority", "geography", "localauthority"),
    "channel": ("channel", "how", "source", "method", "contact method", "origin", "how reported"),
    "priority": ("priority", "urgency", "priority code"),
    "theme": ("theme", "category", "subject", "topic", "complaint type", "type"),
    "stage": ("stage", "complaint stage"),
    "kind": ("kind", "type", "case type", "feedback type", "contact type"),
    "score": ("score", "points"),
    "value": ("value", "figure", "rate", "percentage", "amount", "result", "indicator", "la indicatorreal", "actual"),
    "numerator": ("numerator", "num", "count", "la numerator real"),
    "denominator": ("denominator", "den", "base", "la den real"),
    "value_note": ("note", "notes", "flag", "symbol", "status", "value note", "publication status"),
    "indicator_id": ("indicator", "measure", "metric", "indicator id", "code", "indicator code", "metric type"),
    "comparator_group": ("comparator group", "family group", "familygroup"),
    "population": ("population", "value", "count", "persons", "all ages"),
    "age_group": ("age", "age group", "age band"),
    "sex": ("sex", "gender"),
    "year": ("year", "period", "mid year"),
    "budget": ("budget", "net budget", "planned"),
    "actual": ("actual", "spend", "amount", "expenditure", "outturn"),
    "forecast": ("forecast", "projected outturn"),
    "period_start": ("period start", "start", "from", "quarter start"),
    "period_end": ("period end", "end", "to", "quarter end"),
    "respondent_id": ("respondent", "respondent id", "id", "response id"),
    "question": ("question", "question id", "item"),
    "answer": ("answer", "response"),
    "wave": ("wave", "survey", "year"),
    "weight": ("weight", "wt"),
    "payment_id": ("payment id", "transaction number", "transaction no", "payment ref", "voucher", "ref", "reference"),
    "paid_on": ("paid on", "payment date", "date paid", "date", "posting date"),
    "amount": ("amount", "net amount", "amount gbp", "value", "total", "line amount"),
    "directorate": ("directorate", "department", "expense area", "service area", "service"),
    "expense_type": ("expense type", "expenses type", "purpose", "category", "description"),
    "expense_code": ("expense code", "subjective code", "account code"),
    "cost_centre": ("cost centre", "cost centre code", "costcuk"),
    "supplier_id": ("supplier id", "vendor id", "creditor id", "supplier number"),
    "action_id": ("action id", "action", "id", "ref"),
    "milestone_id": ("milestone id", "milestone", "number", "id"),
    "risk_id": ("risk id", "risk", "id", "ref"),
    "case_study_id": ("case study id", "case study", "id", "ref"),
    "quote_id": ("quote id", "id", "ref"),
    "quote": ("quote", "words", "what was said"),
    "said_by": ("said by", "who", "by whom"),
    "said_on": ("said on", "said", "date"),
    "story": ("story", "text"),
    "written_on": ("written on", "written"),
    "author_role": ("author role", "author"),
    "completed_on": ("completed on", "done on", "date done", "reached on", "completed"),
    "response": ("response", "mitigation", "what we do about it"),
    "consent_means": ("consent means", "consent by", "means"),
    "consented_on": ("consented on", "consent on", "consent given on"),
    "supplier_type": ("supplier type", "creditor type", "vendor type"),
}  # fmt: skip
"""What columns are commonly called, by the field of a record that they are."""
PERIOD_WORDS = ("period", "year", "quarter", "month", "financial year", "date")
CONSTANTS = ("service", "kind", "indicator_id", "area_code", "age_group", "sex", "wave")
"""Needed fields that may be the same for every record of a source."""
IDS = (
    "request_id", "case_id", "respondent_id", "payment_id", "action_id", "risk_id", "event_id", "case_study_id", "quote_id",
)  # fmt: skip
LEAST, LIKELY, NAMED = 0.5, 0.84, 0.9


@dataclass(frozen=True)
class Match:
    """A record type with the column of each field that was found; ``period`` is the column that tells its period, if any."""

    record_type: schemas.RecordType
    columns: dict[str, Column]
    period: Column | None
    score: float


def best(columns: Sequence[Column], record_type: str | None) -> Match:
    """The likeliest match; to the given record type where there is one."""
    names = [record_type] if record_type else schemas.names()
    return max((_match(columns, schemas.record_type(name)) for name in names), key=lambda match: match.score)


def _match(columns: Sequence[Column], record_type: schemas.RecordType) -> Match:
    periodic = {"period_type", "period_start", "period_end"} <= set(record_type.types)
    spans = periodic and _has_spans(columns)
    period = _period(columns) if periodic and not spans else None
    scored = sorted(
        (
            (_likeness(field, kind, column, record_type), field, column.name, column)
            for field, kind in record_type.types.items()
            for column in columns
            if not (period and (column is period or field.startswith("period_")))
        ),
        key=lambda found: (-found[0], found[1], found[2]),
    )
    found: dict[str, Column] = {}
    for score, field, _, column in scored:
        if score >= LEAST and field not in found and column not in found.values():
            found[field] = column
    made = {"period_type", "period_start", "period_end"} if period else {"period_type"} if spans else set()
    absent = [name for name in record_type.required if name not in found and name not in made]
    scores = {(field, column.name): score for score, field, _, column in scored}
    total = sum(scores[field, column.name] for field, column in found.items()) + (1.5 if period else 0)
    hard = [name for name in absent if name not in CONSTANTS]
    total -= 4 if hard else 0  # a type with a need that nothing meets is a last resort
    amounts = [name for name, kind in record_type.types.items() if kind.is_float()]
    total -= 3 if amounts[1:] and not {*amounts} & {*found} else 0  # a type of figures without any
    dated = not record_type.dated_by or bool({*record_type.dated_by} & {*found, *made})
    return Match(record_type, found, period, total - 1.5 * len(hard) - 0.7 * (len(absent) - len(hard)) - (0 if dated else 2))


def _likeness(field: str, kind: pl.DataType, column: Column, record_type: schemas.RecordType) -> float:
    """How likely a column is a field: by its name, where its content can be that."""
    if not _can_be(field, kind, column, record_type):
        return 0.0
    score = _named_like(field, column)
    if field == "area_code" and not column.is_digits:  # numbers of wards could be numbers of anything
        score = 1.0 if column.places >= 0.9 else 0.95 if column.kind == "area" else score
    if field in IDS:
        score *= 1.0 if column.distinct >= 0.95 else 0.8
    return round(score - (0.15 * (1 - column.filled) if column.kind != "unknown" else 0), 4)


def _can_be(field: str, kind: pl.DataType, column: Column, record_type: schemas.RecordType) -> bool:
    if column.kind in ("empty", "unknown"):
        return column.kind == "unknown"
    if kind == pl.Date or isinstance(kind, pl.Datetime):
        return column.kind == "date"
    if kind.is_integer():
        return column.kind == "whole"
    if kind.is_float():
        return column.kind in ("number", "whole")
    if kind == pl.Boolean:
        return column.kind == "truth"
    if field == "area_code":
        return column.kind == "area" or column.places >= 0.5
    if field in IDS:
        return column.distinct >= 0.5 and column.kind in ("text", "whole", "code")
    codes = [check.name for check in record_type.schema.columns[field].checks if check.name in ("isin", "str_matches")]
    allowed = allowed_words(record_type, field)
    if allowed and not any(difflib.get_close_matches(code.lower(), allowed, n=1, cutoff=0.6) for code in column.codes):
        return False
    return (
        column.kind == "code" or (column.kind == "truth" and bool(allowed))
        if codes
        else column.kind in ("text", "code", "area", "truth", "whole")
    )


def allowed_words(record_type: schemas.RecordType, field: str) -> list[str]:
    """The words that the contract allows for a field, where it lists them."""
    checks = record_type.schema.columns[field].checks
    return [str(word) for check in checks if check.name == "isin" for word in check.statistics["allowed_values"]]


def likely(columns: Sequence[Column], field: str, taken: Sequence[Column]) -> Column | None:
    """A column that is called like a field, though what it holds cannot be that."""
    scored = [(_named_like(field, column), column.name, column) for column in columns if column not in taken]
    found = max(scored, key=lambda one: one[:2], default=None)
    return found[2] if found and found[0] >= LIKELY else None


def unlike_any_other(columns: Sequence[Column], taken: Sequence[Column]) -> Column | None:
    """The first column that says something else in every row, as a record's own number does."""
    free = [one for one in columns if one not in taken and not PERSONAL.search(one.name)]
    return next((one for one in free if one.distinct == 1 and one.kind in ("text", "whole", "code")), None)


def _named_like(field: str, column: Column) -> float:
    name = _plain(column.name)
    words = (_plain(field), *WORDS.get(field, ()))
    score = max(0.9 * difflib.SequenceMatcher(None, name, word).ratio() for word in words)
    score = max([score, *(1.0 - 0.02 * place for place, word in enumerate(words) if word == name)])
    tokens = set(name.split())
    return max([score, *(0.85 for word in words if set(word.split()) <= tokens and len(word) > 2)])


def _period(columns: Sequence[Column]) -> Column | None:
    """The column that tells the period in words, or by a day."""
    told = [column for column in columns if (column.forms or column.dates == ["%Y-%m-%d"]) and column.filled > 0.5]
    named = [column for column in told if any(word in _plain(column.name) for word in PERIOD_WORDS)]
    return max(named, key=lambda column: bool(column.forms), default=None)


def _has_spans(columns: Sequence[Column]) -> bool:
    """Whether the first and the last day of each period stand in columns of their own."""
    days = [column for column in columns if column.kind == "date"]
    return all(any(_named_like(field, day) >= NAMED for day in days) for field in ("period_start", "period_end"))


def _plain(name: str) -> str:
    """A name as words: ``PA Ref``, ``pa_ref`` and ``paRef`` are the same."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    return " ".join(re.sub(r"[\W_]+", " ", spaced).lower().split())

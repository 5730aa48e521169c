"""A new indicator's two files, from a few answers: its YAML, its SQL, and a worked example that holds.

Belongs here: what the first draft of an indicator looks like for each record type and measure. Does not belong here: what a
definition must say (``schemas/config/indicator.json``), and any indicator's own facts.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from pipelines.config import SCHEMAS, ConfigError
from pipelines.indicators import REPORTED, load_indicators


@dataclass(frozen=True)
class Draft:
    """How records of one type become the rows of an indicator, and invented records that show it.

    ``period``, ``share`` and ``amount`` are SQL; ``which`` are conditions in which ``{service}`` stands for the service.
    ``given`` are records that count, each with what ``share`` and ``amount`` make of it; ``left_out`` is one that does not.
    ``age_group`` is the column that a rate is standardised by.
    """

    period: str
    share: str
    amount: str
    which: tuple[str, ...]
    given: tuple[tuple[dict[str, Any], tuple[int, int], str], ...]
    left_out: dict[str, Any]
    measures: tuple[str, ...]
    base: str = "1"
    age_group: str = "age_group"
    settings: Mapping[str, Any] | None = None


DRAFTS = {
    "service_request": Draft(
        period="{{ on_day('closed_at') }}",
        share="case when closed_at <= due_at then 1 else 0 end",
        amount="{{ days_between('opened_at', 'closed_at') }}",
        which=("service = '{service}'", "closed_at is not null", "due_at is not null"),
        given=(
            (
                {"opened_at": "2026-04-01 09:00", "due_at": "2026-04-10 17:00", "closed_at": "2026-04-08 09:00"},
                (1, 7),
                "2026-04-08",
            ),
            (
                {"opened_at": "2026-04-01 09:00", "due_at": "2026-04-10 17:00", "closed_at": "2026-04-15 09:00"},
                (0, 14),
                "2026-04-15",
            ),
        ),
        left_out={"opened_at": "2026-04-01 09:00", "due_at": "2026-04-10 17:00", "closed_at": None},
        measures=("count", "percentage", "rate", "standardised_rate", "mean", "median", "percentile", "index", "free"),
        age_group="category",
    ),
    "complaint": Draft(
        period="{{ on_day('closed_on') }}",
        share="case when closed_on <= due_on then 1 else 0 end",
        amount="{{ days_between('received_on', 'closed_on') }}",
        which=("service = '{service}'", "kind = 'complaint'", "closed_on is not null", "due_on is not null"),
        given=(
            (
                {"kind": "complaint", "received_on": "2026-04-01", "due_on": "2026-04-10", "closed_on": "2026-04-08"},
                (1, 7),
                "2026-04-08",
            ),
            (
                {"kind": "complaint", "received_on": "2026-04-01", "due_on": "2026-04-10", "closed_on": "2026-04-15"},
                (0, 14),
                "2026-04-15",
            ),
        ),
        left_out={"kind": "compliment", "received_on": "2026-04-01", "due_on": "2026-04-10", "closed_on": "2026-04-08"},
        measures=("count", "percentage", "rate", "mean", "median", "percentile", "index", "free"),
    ),
    "survey_response": Draft(
        period="{{ in_period('wave', 'fieldwork_start', 'fieldwork_end') }}",
        share="case when answer in ('very_satisfied', 'fairly_satisfied') then 1 else 0 end",
        amount="1",
        which=("question = '{service}'", "answer is not null"),
        given=(
            (
                {"answer": "very_satisfied", "weight": 1.5, "fieldwork_start": "2026-04-01", "fieldwork_end": "2026-05-01"},
                (1, 1),
                "2026-04-01",
            ),
            (
                {"answer": "very_dissatisfied", "weight": 0.5, "fieldwork_start": "2026-04-01", "fieldwork_end": "2026-05-01"},
                (0, 1),
                "2026-04-01",
            ),
        ),
        left_out={"answer": None, "weight": 1.0, "fieldwork_start": "2026-04-01", "fieldwork_end": "2026-05-01"},
        measures=("percentage",),
        settings={"weighted": True, "council_periods": ["wave"], "ward_periods": ["wave"]},
    ),
    "finance": Draft(
        period="{{ on_day('period_start') }}",
        share="actual",
        amount="actual",
        which=("service = '{service}'", "actual is not null", "budget is not null"),
        given=(
            ({"period_start": "2026-04-01", "period_end": "2026-06-30", "budget": 100, "actual": 101}, (101, 101), "2026-04-01"),
        ),
        left_out={"period_start": "2026-07-01", "period_end": "2026-09-30", "budget": 100, "actual": None},
        measures=("sum", "ratio", "index", "free"),
        base="budget",
        settings={"about_people": False, "council_periods": ["quarter", "financial_year"], "ward_periods": []},
    ),
}
"""Record types that a draft can be written for; figures received ready-made have no SQL and need none."""


FREE = {"council_periods": ["financial_year"], "ward_periods": []}
"""What a draft with free SQL is published by: the figures that the SQL gives, which are not rolled up."""
YEAR = {"period_type": "financial_year", "period_start": "2026-04-01", "period_end": "2027-03-31"}
"""The financial year in which all records of worked examples lie."""
YEAR_SQL = """\
select
    '{period_type}' as period_type,
    cast('{period_start}' as date) as period_start,
    cast('{period_end}' as date) as period_end
"""
"""The same as dbt takes it of a model that is no relation in the warehouse."""


def measures_of(record_type: str) -> tuple[str, ...]:
    """The measures that a draft over records of this type can have."""
    return (REPORTED,) if record_type == "reported_figure" else DRAFTS[record_type].measures


def indexed_of(record_type: str) -> list[str]:
    """Of those, the measures that an index can be of."""
    schema = json.loads((SCHEMAS / "indicator.json").read_text(encoding="utf-8"))
    allowed = schema["$defs"]["meta"]["properties"]["index_of"]["enum"]
    return [measure for measure in measures_of(record_type) if measure in allowed]


def write_indicator(
    name: str,
    record_type: str,
    facts: Mapping[str, Any],
    version: Mapping[str, str],
    folder: Path,
    further: Sequence[Path] = (),
) -> list[Path]:
    """Write ``<service>/<name>.yml`` and, for figures worked out here, its SQL below ``folder``; return the files.

    ``facts`` are the fields of ``meta`` and ``definition``; ``version`` those of the first method version. Raises
    :class:`ConfigError` with every fault before anything is written, and :class:`FileExistsError` where a file stands or
    the indicator is defined already anywhere below ``folder`` or the ``further`` folders of indicators.
    """
    content = _yaml(name, record_type, facts, version)
    files = {Path(facts["service"]) / f"{name}.yml": content}
    if record_type != "reported_figure":
        sql = _free_sql if facts["measure"] == "free" else _sql
        files[Path(facts["service"]) / f"{name}_v1.sql"] = sql(DRAFTS[record_type], record_type, facts)
    with tempfile.TemporaryDirectory() as scratch:
        # without folders: service and name are answers still, and could lead out of any folder
        _write({Path(file.name): text for file, text in files.items()}, Path(scratch))
        try:
            load_indicators([Path(scratch)])
        except ConfigError as error:
            raise ConfigError([problem.replace(f"{scratch}/", "") for problem in error.problems]) from None
    for file in files:
        if (folder / file).exists():
            raise FileExistsError(f"{folder / file} is there already; choose another name or remove it.")
    for file in (file for place in (folder, *further) for file in sorted(place.rglob(f"{name}.y*ml"))):
        raise FileExistsError(f"The indicator `{name}` is defined already, in {file}; choose another name or remove it.")
    _write(files, folder)
    return [folder / file for file in files]


def _write(files: Mapping[Path, str], folder: Path) -> None:
    for file, text in files.items():
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / file).write_text(text, encoding="utf-8")


def _sql(draft: Draft, record_type: str, facts: Mapping[str, Any]) -> str:
    """One row a record counted, as the common models read it."""
    numerator, base = _row(draft, facts)
    area = "cast(null as varchar) as area_code" if record_type == "finance" else "area_code"
    selected = ["delivery", area, draft.period, f"{numerator} as numerator", f"{base} as denominator"]
    selected += ["weight"] if _settings(draft, facts).get("weighted") else []
    if facts["measure"] == "standardised_rate":
        selected.append("age_group" if draft.age_group == "age_group" else f"{draft.age_group} as age_group")
    columns = ",\n    ".join(selected)
    return f"select\n    {columns}\n{_records(draft, record_type, facts)}\n"


def _records(draft: Draft, record_type: str, facts: Mapping[str, Any]) -> str:
    """The records that count."""
    which = "\n    and ".join(draft.which).replace("{service}", facts["service"])
    return f"from {{{{ ref('stg_{record_type}') }}}}\nwhere\n    {which}"


FREE_SQL = """\
with counted_record as (
    select
        delivery,
        {period},
        {amount} as amount
    {records}
)

select
    max(counted_record.delivery) as delivery,
    max(council.area_code) as area_code,
    financial_year.period_type,
    financial_year.period_start,
    financial_year.period_end,
    'all' as breakdown,
    'all' as breakdown_value,
    cast(null as double) as numerator,
    count(*) as denominator,
    max(counted_record.amount) as value,
    cast(null as double) as lower_95,
    cast(null as double) as upper_95,
    count(*) as counted
from counted_record
inner join {{{{ ref('calendar_period') }}}} as financial_year
    on
        financial_year.period_type = 'financial_year'
        and counted_record.period_start between financial_year.period_start and financial_year.period_end
cross join {{{{ ref('stg_council') }}}} as council
group by
    financial_year.period_type,
    financial_year.period_start,
    financial_year.period_end
"""


def _free_sql(draft: Draft, record_type: str, facts: Mapping[str, Any]) -> str:
    """One row a figure as it is to be published: of each financial year the largest amount, for the whole council."""
    records = _records(draft, record_type, facts).replace("\n", "\n    ")
    return FREE_SQL.format(period=draft.period, amount=draft.amount, records=records)


def _calculation(facts: Mapping[str, Any]) -> str:
    """The measure whose rows the SQL gives: of an index the one that is compared with its base."""
    return str(facts.get("index_of") or facts["measure"])


def _row(draft: Draft, facts: Mapping[str, Any]) -> tuple[str, str]:
    """Numerator and denominator of a row: what counts, an amount, or the record itself."""
    calculation = _calculation(facts)
    if calculation in ("count", "rate", "standardised_rate"):
        return "1", "1" if calculation == "count" else "0"
    if calculation in ("percentage", "ratio"):
        return draft.share, draft.base
    return draft.amount, "1"


def _expected(
    draft: Draft, facts: Mapping[str, Any], record: Mapping[str, Any], made: tuple[int, int], start: str
) -> dict[str, Any]:
    """The row that a worked example expects of one record."""
    share, amount = made
    numerator, base = {
        "count": (1, 1),
        "rate": (1, 0),
        "standardised_rate": (1, 0),
        "percentage": (share, 1),
        "ratio": (share, record.get(draft.base, 1)),
    }.get(_calculation(facts), (amount, 1))
    group = {"age_group": record[draft.age_group]} if facts["measure"] == "standardised_rate" else {}
    return {"period_start": start, "numerator": numerator, "denominator": base, **group}


def _settings(draft: Draft, facts: Mapping[str, Any]) -> Mapping[str, Any]:
    """What the definition says besides the answers, by record type and measure."""
    return {**(draft.settings or {}), **(FREE if facts["measure"] == "free" else {})}


def _yaml(name: str, record_type: str, facts: Mapping[str, Any], version: Mapping[str, str]) -> str:
    """Everything true anywhere about the indicator, with a worked example where there is SQL."""
    draft = DRAFTS.get(record_type)
    meta = {field: value for field, value in facts.items() if field != "definition" and value is not None}
    meta |= _settings(draft, facts) if draft else {}
    model: dict[str, Any] = {"name": name, "description": facts["definition"]}
    content: dict[str, Any] = {"version": 2, "models": [model]}
    if draft:
        model |= {"latest_version": 1, "config": {"meta": meta}}
        model["versions"] = [{"v": 1, "config": {"meta": {"change": "First version.", **version}}}]
        content["unit_tests"] = [_example(name, record_type, draft, facts)]
    else:
        model["config"] = {"meta": meta}
    return yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=110)


def _example(name: str, record_type: str, draft: Draft, facts: Mapping[str, Any]) -> dict[str, Any]:
    """A few invented records and the rows they give: the draft's own, to be made the indicator's."""
    key = "question" if record_type == "survey_response" else "service"
    told = {key: facts["service"]}
    counted = [told | record | group for (record, _, _), group in zip(draft.given, _groups(draft, facts), strict=True)]
    rows = [*counted, told | draft.left_out]
    given = [{"input": f"ref('stg_{record_type}')", "rows": json.loads(json.dumps(rows))}]
    if facts["measure"] == "free":
        given.append({"input": "ref('calendar_period')", "format": "sql", "rows": YEAR_SQL.format(**YEAR)})
        given.append({"input": "ref('stg_council')", "rows": [{"area_code": "C"}]})
        largest = max(amount for _, (_, amount), _ in draft.given)
        expected = [{"area_code": "C", **YEAR, "denominator": len(counted), "value": largest, "counted": len(counted)}]
    else:
        made = zip(counted, draft.given, strict=True)
        expected = [_expected(draft, facts, record, values, start) for record, (_, values, start) in made]
    return {
        "name": f"{name}_worked_example",
        "description": f"Of {len(rows)} records the last one does not count.",
        "model": name,
        "given": given,
        "expect": {"rows": expected},
    }


def _groups(draft: Draft, facts: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The age group of each invented record that counts, where the rate is standardised; in turn those of its population."""
    if facts["measure"] != "standardised_rate":
        return [{} for _ in draft.given]
    # without any the definition is refused; it is told so when it is checked
    named = list(facts.get("standard_population") or [None])
    return [{draft.age_group: named[place % len(named)]} for place, _ in enumerate(draft.given)]

"""Method versions against what was published: each way to change a method quietly is caught."""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from pipelines.config import ConfigError
from pipelines.fingerprint import fingerprint
from pipelines.indicators import Indicator, Method
from pipelines.methods import (
    METHOD_SCHEMA,
    CompiledMethod,
    MethodError,
    check,
    compile_methods,
    diff,
    list_methods,
    method_rows,
)

SHAPE = "delivery, area_code, 'day' as period_type, d as period_start, d as period_end, 1 as numerator, 1 as denominator"
FIRST = f"select {SHAPE} from stg_service_request where closed_at <= due_at"
SECOND = f"select {SHAPE} from stg_service_request where closed_at <= due_at and outcome <> 'cancelled'"


def indicator(name: str = "lamps_mended", versions: int = 2, **changes: object) -> Indicator:
    methods = tuple(
        Method(name, v, f"Change {v}", "Asked for", date(2023, 4, v), "Board", Path(f"{name}_v{v}.sql"))
        for v in range(1, versions + 1)
    )
    plain = Indicator(
        indicator_id=name,
        title="Lamps mended",
        definition="Lamps mended in time.",
        unit="percent",
        decimals=1,
        measure="percentage",
        multiplier=100.0,
        polarity="high",
        theme="quality",
        perspective="process",
        results_chain="output",
        service="street_lighting",
        limitations=None,
        latest_version=versions,
        about_people=True,
        weighted=False,
        council_periods=("month",),
        ward_periods=(),
        value_for_money=None,
        reported_by=None,
        methods=methods,
        path=Path(f"{name}.yml"),
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def ready_made(by: str = "the lamp council") -> Indicator:
    method = Method("lamps_lit", 1, f"As reported by {by}", None, None, None, None)
    return replace(indicator("lamps_lit"), measure="reported", reported_by=by, methods=(method,), latest_version=1)


def compiled(about: Indicator, *sql: str) -> list[CompiledMethod]:
    return [
        CompiledMethod(about, method, text, fingerprint(text, about.settings))
        for method, text in zip(about.methods, sql, strict=True)
    ]


def published(folder: Path, methods: list[CompiledMethod]) -> Path:
    path = folder / "method.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(METHOD_SCHEMA.names())
        writer.writerows(method_rows(methods).rows())
    return path


def test_methods_as_published_pass_and_a_new_version_does_too(tmp_path: Path) -> None:
    release = published(tmp_path, [*compiled(indicator(versions=1), FIRST), *compiled(ready_made(), "")])
    assert check([*compiled(indicator(), FIRST, SECOND), *compiled(ready_made(), "")], release) == []


def test_before_the_first_release_there_is_nothing_to_compare(tmp_path: Path) -> None:
    assert check(compiled(indicator(), FIRST, SECOND), None) == []
    assert check(compiled(indicator(), FIRST, SECOND), tmp_path / "method.csv") == []


def test_sql_that_is_only_written_differently_passes(tmp_path: Path) -> None:
    release = published(tmp_path, compiled(indicator(), FIRST, SECOND))
    assert check(compiled(indicator(), f"-- in time\n{FIRST.upper().replace('DAY', 'day')}\n", SECOND), release) == []


def test_a_comment_at_the_top_survives_publication(tmp_path: Path) -> None:
    methods = compiled(indicator(), f"-- in time\n{FIRST}", SECOND)
    path = published(tmp_path, methods)
    path.write_text(path.read_text().replace('"-- in time', "\"'-- in time"))
    assert check(methods, path) == []


def test_changed_sql_without_a_new_version_is_caught_with_the_difference_and_what_to_do(tmp_path: Path) -> None:
    release = published(tmp_path, compiled(indicator(), FIRST, SECOND))
    (problem,) = check(compiled(indicator(), FIRST.replace("<=", "<"), SECOND), release)
    assert (problem.indicator_id, problem.version) == ("lamps_mended", 1)
    assert "-  closed_at <= due_at\n+  closed_at < due_at" in str(problem)
    assert "--- lamps_mended version 1 as published\n+++ lamps_mended version 1 as it is now" in str(problem)
    assert "write the new SQL to lamps_mended_v3.sql" in str(problem)
    assert "`latest_version: 3`" in str(problem)


def test_changed_settings_of_the_calculation_are_caught(tmp_path: Path) -> None:
    release = published(tmp_path, compiled(indicator(), FIRST, SECOND))
    for changes in ({"multiplier": 1.0}, {"measure": "ratio"}):
        found = check(compiled(indicator(**changes), FIRST, SECOND), release)
        assert [problem.version for problem in found] == [1, 2]
        assert "the settings of the calculation are not" in found[0].what
        assert found[0].diff == ""


def test_what_does_not_enter_the_calculation_may_change(tmp_path: Path) -> None:
    release = published(tmp_path, compiled(indicator(), FIRST, SECOND))
    assert check(compiled(indicator(decimals=2, title="Lamps"), FIRST, SECOND), release) == []


def test_a_published_version_may_not_vanish(tmp_path: Path) -> None:
    release = published(tmp_path, compiled(indicator(), FIRST, SECOND))
    (problem,) = check(compiled(indicator(versions=1), FIRST), release)
    assert str(problem).startswith("lamps_mended, version 2: this version was published and is gone")
    assert "put lamps_mended_v2.sql and its entry in lamps_mended.yml back" in problem.remedy


def test_a_published_indicator_may_not_vanish_or_be_renamed(tmp_path: Path) -> None:
    release = published(tmp_path, compiled(indicator(versions=1), FIRST))
    (problem,) = check(compiled(indicator("lamps_mend", versions=1), FIRST), release)
    assert "this indicator was published and is gone. Did you mean `lamps_mend`?" in problem.what


def test_another_reporter_of_ready_made_figures_is_caught(tmp_path: Path) -> None:
    release = published(tmp_path, compiled(ready_made(), ""))
    (problem,) = check(compiled(ready_made("somebody else"), ""), release)
    assert '"As reported by the lamp council"; now it is "As reported by somebody else"' in problem.what


def test_sql_that_cannot_be_parsed_is_compared_as_text(tmp_path: Path) -> None:
    release = published(tmp_path, compiled(indicator(versions=1), "select from where ("))
    unread, changed = check(compiled(indicator(versions=1), "select from where (("), release)
    assert "-select from where (\n+select from where ((" in changed.diff
    assert unread.what.startswith("lamps_mended_v1.sql cannot be read as SQL. Parser Error: syntax error at or near")


def test_sql_that_cannot_be_read_is_told_with_its_indicator() -> None:
    (problem,) = check(compiled(indicator(versions=1), f"{FIRST} wher service = 'lamps'"), None)
    assert str(problem).startswith("lamps_mended, version 1: lamps_mended_v1.sql cannot be read as SQL.")
    assert "wher service" in problem.what


@pytest.mark.parametrize(
    ("sql", "weighted", "message"),
    [
        (FIRST.replace("delivery, ", ""), False, "Missing: delivery."),
        (FIRST.replace("1 as numerator", "1 + 0"), False, "Missing: numerator. Not among them: one without a name."),
        (FIRST.replace("1 as denominator", "1 as denominator, w as weight"), False, "Not among them: weight."),
        (FIRST, True, "Missing: weight."),
    ],
)
def test_sql_must_give_the_columns_that_every_indicator_gives(sql: str, weighted: bool, message: str) -> None:
    (problem,) = check(compiled(indicator(versions=1, weighted=weighted), sql), None)
    assert message in problem.what
    assert "lamps_mended_v1.sql must give exactly the columns delivery, area_code" in problem.what


def test_some_measures_and_every_breakdown_need_a_column_of_their_own() -> None:
    one = indicator(versions=1)
    broken_down = replace(one, methods=(replace(one.methods[0], breakdowns=("channel", "age_group")),))
    free = replace(one, measure="free")
    standardised = replace(one, measure="standardised_rate", standard_population={"0-64": 4, "65+": 1})
    for about, missing in (
        (broken_down, "Missing: channel, age_group."),
        (free, "Missing: breakdown, breakdown_value, value, lower_95, upper_95, counted."),
        (standardised, "Missing: age_group."),
    ):
        (problem,) = check(compiled(about, FIRST), None)
        assert missing in problem.what
        names = missing.removeprefix("Missing: ").removesuffix(".")
        given = FIRST.replace("1 as denominator", f"1 as denominator, {names}")
        assert check(compiled(about, given), None) == []


def test_columns_that_cannot_be_seen_are_left_to_dbt() -> None:
    assert check(compiled(indicator(versions=1), "select * from stg_service_request"), None) == []


def test_methods_are_compiled_from_the_manifest_of_dbt() -> None:
    node = {"name": "lamps_mended", "relation_name": None, "compiled_code": FIRST}
    manifest = {"nodes": {f"model.yardstick.lamps_mended.v{v}": node | {"version": v} for v in (1, 2)}}
    methods = compile_methods([indicator(), ready_made()], manifest)
    assert [(item.method.indicator_id, item.method.version, item.sql) for item in methods] == [
        ("lamps_lit", 1, ""),
        ("lamps_mended", 1, FIRST + "\n"),
        ("lamps_mended", 2, FIRST + "\n"),
    ]
    with pytest.raises(ConfigError, match="dbt has not compiled lamps_mended version 1"):
        compile_methods([indicator()], {"nodes": {}})


def test_the_table_has_a_row_a_version_in_its_stated_types() -> None:
    rows = method_rows([*compiled(indicator(), FIRST, SECOND), *compiled(ready_made(), "")])
    assert rows.schema == METHOD_SCHEMA
    assert rows.select("indicator_id", "method_version", "valid_from", "approved_by", "sql").rows() == [
        ("lamps_lit", 1, None, None, ""),
        ("lamps_mended", 1, date(2023, 4, 1), "Board", FIRST),
        ("lamps_mended", 2, date(2023, 4, 2), "Board", SECOND),
    ]


def test_the_list_says_which_version_is_in_use() -> None:
    listed = list_methods(compiled(indicator(), FIRST, SECOND))
    assert [(row["method_version"], row["in_use"], row["valid_from"]) for row in listed] == [
        (1, False, "2023-04-01"),
        (2, True, "2023-04-02"),
    ]


def test_two_versions_can_be_compared() -> None:
    methods = compiled(indicator(), FIRST, SECOND)
    assert "+  AND outcome <> 'cancelled'" in diff(methods, "lamps_mended", 1, 2).replace("+  closed_at <= due_at ", "+  ")
    assert diff(methods, "lamps_mended", 1, 1) == ""


def test_what_cannot_be_compared_is_answered_with_what_there_is() -> None:
    methods = compiled(indicator(), FIRST, SECOND)
    with pytest.raises(MethodError, match=r"no indicator `lamp_mended`. Did you mean `lamps_mended`\?"):
        diff(methods, "lamp_mended", 1, 2)
    with pytest.raises(MethodError, match=r"lamps_mended has no version 3. Versions: 1, 2."):
        diff(methods, "lamps_mended", 1, 3)

"""Small counts are withheld with all that rests on them; the audit finds each way in which that can fail."""

from __future__ import annotations

from dataclasses import replace

import duckdb
import pytest
from small_release import COUNCIL, OBSERVATION, SmallRelease

from pipelines.disclosure.audit import Violation, audit
from pipelines.disclosure.safe import disclose
from pipelines.release import reconciliation


def cells(small: SmallRelease) -> dict[str, list[tuple[object, ...]]]:
    path = small.places.safe / "observation.parquet"
    rows = duckdb.sql(f"select area_code, numerator, denominator, value, value_note from '{path}'").fetchall()
    found: dict[str, list[tuple[object, ...]]] = {}
    for area, *values in rows:
        found.setdefault(area, []).append(tuple(values))
    return found


def test_withholds_what_rests_on_a_small_count_and_drops_the_rest(small: SmallRelease) -> None:
    small.disclose()
    found = cells(small)
    assert found["E01"] == [(30, 40, 75.0, None), (None, 40, None, "c")]  # 3 of 40
    assert found["E02"][0] == (None, 40, None, "c")  # 38 of 40 leaves 2
    assert found["E02"][1] == (2, 4, 50.0, "u")  # not about people
    safe = duckdb.sql(f"select * from '{small.places.safe / 'observation.parquet'}'").columns
    assert "counted_out" not in safe
    assert "about_people" not in safe


def test_counts_what_is_withheld(small: SmallRelease) -> None:
    small.disclose()
    rows = duckdb.sql(f"from '{small.places.reference / 'withheld_cell.parquet'}'").fetchall()
    assert rows == [("area", 0, 0), ("note", 0, 0), ("observation", 4, 12)]


@pytest.mark.parametrize(("count", "shown"), [(0, True), (1, False), (4, False), (5, True)])
def test_the_threshold(small: SmallRelease, count: int, shown: bool) -> None:
    small.marts["observation"] = OBSERVATION.replace("30, 40, 75.0", f"{count}, 40, 75.0")
    small.disclose()
    assert cells(small)["E01"][0] == ((count, 40, 75.0, None) if shown else (None, 40, None, "c"))


def test_the_smallest_count_is_a_parameter(small: SmallRelease) -> None:
    small.disclose()
    tables = [table for table in small.contracts.values() if table.layer == "mart"]
    small.council = replace(COUNCIL, smallest_count=11)
    small.disclose()
    assert cells(small)["E01"][0] == (None, 40, None, "c")  # 10 of 40 are left
    assert audit(tables, small.council, small.places.marts, small.places.safe) == []


def test_rows_of_which_nobody_says_whether_they_are_about_people_are(small: SmallRelease) -> None:
    small.marts["observation"] = OBSERVATION.replace("'u', false", "'u', null")
    small.disclose()
    assert cells(small)["E02"][1] == (None, None, None, "c")


def test_a_table_that_is_no_longer_published_leaves_no_safe_file(small: SmallRelease) -> None:
    small.write("safe", "gone", "select 1 as a")
    small.disclose()
    assert not (small.places.safe / "gone.parquet").exists()


def audited(small: SmallRelease) -> list[Violation]:
    tables = [table for table in small.contracts.values() if table.layer == "mart"]
    return audit(tables, COUNCIL, small.places.marts, small.places.safe)


def test_the_audit_is_content_with_what_the_rule_made(small: SmallRelease) -> None:
    small.disclose()
    assert audited(small) == []


@pytest.mark.parametrize(
    ("query", "rule", "rows"),
    [
        ("select * replace (coalesce(numerator, 3) as numerator) from safe", "numerator shown although it rests", 2),
        ("select * replace (coalesce(value, 7.5) as value) from safe", "value shown although it rests", 2),
        ("select * replace (0.0::double as value) from safe", "value is not the mart's value", 2),
        ("select * replace (null::varchar as value_note) from safe", "value_note does not say what was withheld", 3),
        ("select * from safe where area_code = 'E01'", "rows lost or added", 2),
        ("select *, 3 as counted_out from safe", "columns other than the published ones: counted_out", 4),
        ("from safe union all from safe where value = 75", "rows lost or added", 1),
    ],
)
def test_the_audit_finds(small: SmallRelease, query: str, rule: str, rows: int) -> None:
    small.disclose()
    safe = small.places.safe / "observation.parquet"
    small.write("safe", "tampered", f"with safe as (from '{safe}') {query}")
    (small.places.safe / "tampered.parquet").replace(safe)
    found = [one for one in audited(small) if rule in one.rule]
    assert [(one.table_name, one.rows) for one in found] == [("observation", rows)]


def test_the_audit_finds_a_key_that_repeats(small: SmallRelease) -> None:
    small.marts["area"] = "select 'E01' as area_code, unnest(['a', 'b']) as area_name"
    small.disclose()
    assert [one.rule for one in audited(small)] == ["rows that share a key (area_code)"]


def test_a_mart_without_rows_and_without_counts_is_safe_as_it_is(small: SmallRelease) -> None:
    small.disclose()
    area = small.places.marts / "area.parquet"
    duckdb.sql(f"copy (select * from '{area}' where false) to '{area}.empty' (format parquet)")
    (area.parent / "area.parquet.empty").replace(area)
    tables = [table for table in small.contracts.values() if table.name == "area"]
    found = disclose(tables, COUNCIL, small.places.marts, small.places.safe, small.publish, small.places.reference)
    assert [(one.cells_withheld, one.cells) for one in found] == [(0, 0)]


def test_a_share_of_nobody_once_rounded_is_reconciled(small: SmallRelease) -> None:
    """Of 2 people, rounded to none, there is no share: that it is withheld is counted all the same."""
    value = small.manifest["nodes"]["model.yardstick.observation"]["columns"]["value"]
    value["config"]["meta"]["rounded"] = "share"
    small.marts["observation"] = OBSERVATION.replace("3, 40, 7.5, null, true", "1, 2, 50.0, null, true")
    small.council = replace(COUNCIL, round_to=5)
    small.build()
    withheld = small.places.reference / "withheld_cell.parquet"
    gate = reconciliation(small.packages, small.places.marts, small.places.candidate, withheld, 5)
    assert gate.passed, gate.explanation

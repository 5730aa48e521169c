"""Each gate fails on what it is there for; an installation is whole or absent wherever it is interrupted."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest
from small_release import AREA, COUNCIL, NOTE, OBSERVATION, SmallRelease, contents

from pipelines import release
from pipelines.config import ConfigError
from pipelines.release import Gate, disclosure, gates, install, personal_data, recover
from pipelines.verify import verify


def run_gates(small: SmallRelease) -> list[Gate]:
    difference = small.build()
    assert difference is not None
    return list(gates(small.places, small.packages, COUNCIL, difference))


def test_all_gates_in_order(small: SmallRelease) -> None:
    found = run_gates(small)
    assert [gate.name for gate in found] == [
        "freshness and completeness",
        "contract",
        "disclosure",
        "personal data",
        "reconciliation",
        "size",
        "packages validate",
    ]
    assert all(gate.passed for gate in found)


def last(small: SmallRelease) -> Gate:
    """The gate that ends the run; none after it is tried."""
    found = run_gates(small)
    assert [gate.passed for gate in found] == [True] * (len(found) - 1) + [False]
    return found[-1]


def test_rows_that_are_unaccounted_for(small: SmallRelease) -> None:
    small.delivery(rows_read=11)
    gate = last(small)
    assert gate.name == "freshness and completeness"
    assert "cases: rows of delivery ab12 are unaccounted for" in gate.explanation


def test_no_delivery_in_use(small: SmallRelease) -> None:
    small.delivery(in_use=False)
    assert "No source has a delivery in use." in last(small).explanation


def test_a_table_that_lost_most_of_its_rows(small: SmallRelease) -> None:
    small.marts["note"] = (
        "select i as note_id, null::varchar as words, null::timestamp as written_at, true as final from range(20) t(i)"
    )
    small.make()
    small.marts["note"] += " where i < 9"
    assert "notes/note: 9 rows, where the last release had 20" in last(small).explanation


def test_keys_that_repeat(small: SmallRelease) -> None:
    small.marts["note"] = f"from ({NOTE}) union all from ({NOTE})"
    gate = last(small)
    assert gate.name == "contract"
    assert "note_id stands there again" in gate.explanation


def test_a_foreign_key_that_leads_nowhere(small: SmallRelease) -> None:
    small.marts["observation"] = OBSERVATION.replace("('E02', date '2025-02-01'", "('E09', date '2025-02-01'")
    assert "figures/data/observation.csv: area_code is not in area" in last(small).explanation


def test_a_small_count_in_a_safe_table(small: SmallRelease) -> None:
    difference = small.build()
    assert difference is not None
    small.write(
        "safe",
        "observation2",
        f"select * replace (coalesce(numerator, 3) as numerator) from '{small.places.safe}/observation.parquet'",
    )
    (small.places.safe / "observation2.parquet").replace(small.places.safe / "observation.parquet")
    gate = list(gates(small.places, small.packages, COUNCIL, difference))[-1]
    assert (gate.name, gate.passed) == ("disclosure", False)
    assert "observation: numerator shown although it rests on a small count, in 2 rows" in gate.explanation


WARDS = """
select area_code, period_start, numerator, denominator, null::double as value, null::varchar as value_note,
    denominator - numerator as counted_out, true as about_people
from (values ('E06000998', date '2025-01-01', 83, 143), ('E01', date '2025-01-01', 3, 13), ('E02', date '2025-01-01', 30, 60),
    ('E03', date '2025-01-01', 50, 70)) t(area_code, period_start, numerator, denominator)
"""


def test_a_withheld_figure_that_the_candidate_gives_away(small: SmallRelease) -> None:
    small.manifest["nodes"]["model.yardstick.observation"]["config"]["meta"]["adds_up"] = {
        "areas": "area_code",
        "sums": [{"total": "denominator", "parts": ["numerator", "counted_out"]}],
    }
    small.marts["area"] = "select unnest(['E06000998', 'E01', 'E02', 'E03']) as area_code, 'Any' as area_name"
    small.marts["observation"] = WARDS
    difference = small.build()
    assert difference is not None
    assert list(gates(small.places, small.packages, COUNCIL, difference))[-1].passed
    withheld = small.places.candidate / "figures/data/observation.csv"
    shown = withheld.read_text()
    assert "E01,2025-01-01,,13,,c" in shown
    assert "E02,2025-01-01,,60,,c" in shown  # it would give E01 away
    withheld.write_text(shown.replace("E02,2025-01-01,,60,,c", "E02,2025-01-01,30,60,,"))
    gate = disclosure(small.packages, small.places, COUNCIL)
    assert not gate.passed
    assert gate.explanation == (
        "observation: numerator can be worked out exactly, in 1 rows (area_code=E01|period_start=2025-01-01)."
    )


def test_what_the_attacker_finds_is_withheld_further_until_it_finds_nothing(small: SmallRelease) -> None:
    small.manifest["nodes"]["model.yardstick.observation"]["config"]["meta"]["adds_up"] = {"areas": "area_code"}
    small.marts["area"] = "select unnest(['E06000998', 'E01', 'E02', 'E03']) as area_code, 'Any' as area_name"
    not_about_people = "area_code <> 'E06000998' as about_people"  # so whoever protects the wards does not look at the whole
    small.marts["observation"] = WARDS.replace("true as about_people", not_about_people)
    difference = small.build()
    assert difference is not None
    shown = (small.places.candidate / "figures/data/observation.csv").read_text().splitlines()
    assert sum(",c" in row for row in shown) > 1  # E01 is small, and follows from the whole and the other two
    gate = disclosure(small.packages, small.places, COUNCIL)
    assert gate.passed, gate.explanation


def scanned(small: SmallRelease, text: str) -> Gate:
    """What the gate for personal data says of a release with a text in it."""
    small.marts["note"] = NOTE.replace("'Plain'", f"'{text}'")
    small.build()
    cleared = {package.name: package.cleared for package in small.packages}
    return personal_data(small.places.candidate, cleared, allowed=frozenset({COUNCIL.contact_email}))


def test_personal_data_stops_the_release_and_is_shown_masked(small: SmallRelease) -> None:
    gate = scanned(small, "Ring 020 7946 0018 please")
    assert not gate.passed
    assert "notes/note.words: 1 cell looks like a telephone number; the first in row 1" in gate.explanation
    assert "7946" not in gate.explanation


def test_what_is_not_personal_and_the_councils_own_address_pass(small: SmallRelease) -> None:
    gate = scanned(small, "Write to data@testshire.example about E06000999")
    assert gate.passed, gate.explanation


CLEARED = """
cleared:
  - words: 020 7946 0018
    reason: The contact centre, printed on every bill.
    cleared_by: Data protection officer
    cleared_on: "2025-03-01"
"""


def test_words_that_a_person_has_cleared_pass_in_that_dataset_and_no_others(small: SmallRelease) -> None:
    file = small.package_file("notes")
    file.write_text(file.read_text() + CLEARED)
    assert scanned(small, "Ring 020 7946 0018 please").passed
    assert not scanned(small, "Ring 020 7946 0018 or 020 7946 0019").passed
    small.marts["area"] = AREA.replace("Abbey", "020 7946 0018")
    assert not scanned(small, "Plain").passed


def test_a_clearance_without_a_reason_is_refused(small: SmallRelease) -> None:
    file = small.package_file("notes")
    file.write_text(file.read_text() + CLEARED.replace("    reason: The contact centre, printed on every bill.\n", ""))
    with pytest.raises(ConfigError, match="reason"):
        small.packages  # noqa: B018


def test_the_files_that_describe_a_dataset_are_looked_at_too(small: SmallRelease) -> None:
    file = small.package_file("notes")
    file.write_text(file.read_text().replace("A few notes", "Notes of Mrs Doe of Abbey, a few notes"))
    gate = scanned(small, "Plain")
    assert "notes/README.md: " in gate.explanation
    assert "a person's name" in gate.explanation
    assert "Doe" not in gate.explanation


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (
            "E01,2025-01-01,30,",
            "E01,2025-01-01,29,",
            "observation: the published values of numerator add up to 31, those of the mart to 32",
        ),
        ("E01,2025-01-01,30,", "E01,2025-01-01,,", "observation: 5 values are missing, and 4 were withheld"),
        ("E01,2025-01-01,", "E01,2025-01-02,", "4 rows are published of 4 in the mart; 3 are in both"),
        ("E01,2025-01-01,30,", "E01,2025-01-01,x,", "a value is not of its column's type"),
    ],
)
def test_published_values_that_are_not_the_marts(small: SmallRelease, old: str, new: str, says: str) -> None:
    difference = small.build()
    assert difference is not None
    path = small.places.candidate / "figures" / "data" / "observation.csv"
    path.write_text(path.read_text().replace(old, new))
    gate = list(gates(small.places, small.packages, COUNCIL, difference))[-1]
    assert (gate.name, gate.passed) == ("reconciliation", False)
    assert says in gate.explanation


def test_a_package_that_is_not_valid(small: SmallRelease) -> None:
    difference = small.build()
    assert difference is not None
    (small.places.candidate / "notes" / "README.md").write_text("changed")
    gate = list(gates(small.places, small.packages, COUNCIL, difference))[-1]
    assert (gate.name, gate.passed) == ("packages validate", False)
    assert "notes/README.md: has changed" in gate.explanation


def test_a_value_outside_its_list_is_not_valid(small: SmallRelease) -> None:
    small.marts["observation"] = OBSERVATION.replace("'u'", "'q'")
    gate = last(small)
    assert gate.name == "packages validate"
    assert "constraint-error in value_note" in gate.explanation


def test_only_files_that_differ_are_written(small: SmallRelease) -> None:
    small.make()
    untouched = small.publish / "figures" / "data" / "area.csv"
    before = untouched.stat().st_mtime_ns
    small.marts["note"] = NOTE.replace("Plain", "Simple")
    small.build()
    written = install(small.places.candidate, small.publish)
    assert "notes/data/note.csv" in written
    assert "figures/data/area.csv" not in written
    assert untouched.stat().st_mtime_ns == before
    assert install(small.places.candidate, small.publish) == []


def test_what_no_release_made_is_left_alone(small: SmallRelease) -> None:
    other = small.publish / "elsewhere" / "datapackage.json"
    other.parent.mkdir(parents=True)
    other.write_text('{"name": "elsewhere", "resources": [{"name": "a", "path": "a.csv"}]}')
    package = small.package_file("notes").read_bytes()
    small.make()
    assert other.exists()
    assert small.package_file("notes").read_bytes() == package


class Crash(Exception):
    pass


def interrupted(small: SmallRelease, step: int, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Install, and fail at the n-th file operation, whichever it is; whether there was one."""
    calls = 0

    def counting(real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            nonlocal calls
            calls += 1
            if calls == step:
                raise Crash
            return real(*args, **kwargs)

        return call

    with monkeypatch.context() as patch:
        for owner, operation in ((shutil, "copyfile"), (release, "write_json"), (release, "sync"), (shutil, "rmtree")):
            patch.setattr(owner, operation, counting(getattr(owner, operation)))
        for operation in ("replace", "unlink", "rmdir"):
            patch.setattr(Path, operation, counting(getattr(Path, operation)))
        try:
            install(small.places.candidate, small.publish)
        except Crash:
            return True
    return False


def test_an_interrupted_installation_is_whole_or_absent(small: SmallRelease, monkeypatch: pytest.MonkeyPatch) -> None:
    before, after = prepared(small)
    kept = shutil.copytree(small.publish, small.folder / "kept")
    outcomes = []
    for step in itertools.count(1):
        shutil.rmtree(small.publish)
        shutil.copytree(kept, small.publish)
        if not interrupted(small, step, monkeypatch):
            break
        if (small.publish / release.STAGE).exists():
            assert "interrupted" in str(verify(small.publish, frictionless=False))
        completed = recover(small.publish)
        found = contents(small.publish)
        assert found in ((after,) if completed else (before, after)), step
        assert verify(small.publish, frictionless=False) == [], step
        assert recover(small.publish) is False
        outcomes.append(found == after)
    assert outcomes == sorted(outcomes)  # from some step on, the new release stands
    assert set(outcomes) == {False, True}


def prepared(small: SmallRelease) -> tuple[dict[str, bytes], dict[str, bytes]]:
    """A release installed and another candidate ready: the publish folder before and as it is to be."""
    small.make()
    before = contents(small.publish)
    small.package_file("notes").unlink()
    small.marts["observation"] = OBSERVATION.replace("30, 40, 75.0", "20, 40, 50.0")
    small.build()
    before = {file: content for file, content in before.items() if file != "notes/package.yml"}
    after = {file: content for file, content in before.items() if file == "figures/package.yml"}
    return before, after | contents(small.places.candidate)


def test_a_journal_that_cannot_be_completed_is_an_error(small: SmallRelease) -> None:
    stage = small.publish / release.STAGE
    stage.mkdir()
    (stage / release.JOURNAL).write_text('{"written": {"notes/README.md": "00"}, "removed": []}')
    with pytest.raises(RuntimeError, match=r"README.md is not the file"):
        recover(small.publish)


def test_the_release_row_names_deliveries_and_tables(small: SmallRelease) -> None:
    small.make()
    row = duckdb.sql(f"from '{small.places.reference / 'this_release.parquet'}'").pl().row(0, named=True)
    assert row["code_sha256"] == "c0de"
    small.write(
        "reference", "delivery", f"select * replace ('cd34' as delivery) from '{small.places.reference}/delivery.parquet'"
    )
    small.marts["note"] = NOTE.replace("Plain", "Simple")
    small.make()
    new = duckdb.sql(f"from '{small.places.reference / 'this_release.parquet'}'").pl().row(0, named=True)
    assert new["deliveries_sha256"] != row["deliveries_sha256"]
    assert new["tables_sha256"] != row["tables_sha256"]

"""Columns that change from one delivery to the next: what is told, what stops, and which line to change."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import polars as pl
import pytest
from intake_case import GOOD, HEADER, SOURCE, Case

from pipelines.evidence import date_forms, likeness, patterns
from pipelines.receipts import Receipt

PLANTED = "Priscilla Featherstonehaugh"
ROWS = "".join(GOOD.replace("007", f"{n:03}") for n in range(1, 31))


def zipped(members: dict[str, str]) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return data.getvalue()


def second(folder: Path, content: str | bytes, text: str = SOURCE, first: str | bytes = HEADER + ROWS) -> Receipt:
    """What becomes of a delivery after a good one."""
    case = Case(folder, text)
    case.drop(first, "a.csv")
    assert case.take_in().status == "accepted"
    case.drop(content, "b.csv")
    return case.take_in()


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            "Ward",
            "Ward name",
            "records/source.yml, line 21, `columns.area_code.column`: write `area_code: {column: Ward name, lookup",
        ),
        ("Ref", "Reference", "line 16, `columns.request_id`: write `request_id: Reference` in place of `request_id: Ref`"),
        ("Opened", "Date opened", "line 18, `columns.opened_at`: write `opened_at: Date opened`"),
        ("How", "Contact: how", 'write `channel: {column: "Contact: how", values: {TEL: phone, "?": null}}`'),
        ("Closed", "Finished", "`Closed` is probably called `Finished` now, which is new"),
    ],
)
def test_a_renamed_column_is_told_with_its_new_name_and_the_line_to_change(tmp_path: Path, old: str, new: str, told: str) -> None:
    receipt = second(tmp_path, HEADER.replace(old, new) + ROWS)
    assert receipt.status == "broken"
    assert f"needed columns are not there: {old}; the file has" in str(receipt.message)
    assert told in str(receipt.message), receipt.message


def test_what_is_told_is_what_mends_it(tmp_path: Path) -> None:
    receipt = second(tmp_path, HEADER.replace("Ward", "Ward name") + ROWS)
    better = str(receipt.message).split("write `")[1].split("` in place of `")
    mended = SOURCE.replace(better[1].split("`")[0], better[0])
    shape = f"shapes: {{new: {{when: {{columns: [Ward name]}}, columns: {{{better[0]}}}}}}}\n"
    for place, (text, status) in enumerate({mended: ["broken", "accepted"], SOURCE + shape: ["accepted", "accepted"]}.items()):
        case = Case(tmp_path / str(place), text)
        case.drop(HEADER + ROWS, "a.csv")
        found = [case.take_in().status]
        case.drop(HEADER.replace("Ward", "Ward name") + ROWS, "b.csv")
        assert [*found, case.take_in().status] == status


def test_two_columns_renamed_at_once_are_told_apart_by_what_is_in_them(tmp_path: Path) -> None:
    header = HEADER.replace("Opened", "First").replace("How", "Second")
    told = str(second(tmp_path, header + ROWS).message)
    assert "`Opened` is probably called `First` now" not in told or "`How` is probably called `First` now" not in told
    assert "`Opened` is probably called `Second`" not in told


def test_a_column_that_is_gone_is_told_with_its_line(tmp_path: Path) -> None:
    rows = "".join(line.rsplit(",", 1)[0] + "\n" for line in ROWS.splitlines())
    told = str(second(tmp_path, HEADER.replace(",How", "") + rows).message)
    assert (
        "Nothing in the file looks like `How`: records/source.yml, line 22, `columns.channel.column`: take this line out" in told
    )


def test_a_column_renamed_in_one_file_of_an_archive_is_told_with_that_file(tmp_path: Path) -> None:
    archived = SOURCE.replace("{type: csv,", "{type: zip, members: '*.csv', content: {type: csv,").replace("utf-8}", "utf-8}}")
    good, renamed = zipped({"a.csv": HEADER + ROWS}), HEADER.replace("Ref", "Reference") + ROWS
    receipt = second(tmp_path, zipped({"a.csv": HEADER + ROWS, "new/b.csv": renamed}), archived, good)
    assert receipt.status == "broken"
    assert "`new/b.csv` of the archive: needed columns are not there: Ref; the file has: Reference," in str(receipt.message)
    assert "write `request_id: Reference` in place of `request_id: Ref`" in str(receipt.message)


def test_columns_that_are_new_gone_or_moved_are_told_and_stop_nothing(tmp_path: Path) -> None:
    def wide(names: str, row: str) -> str:
        return f"{names},{HEADER}" + "".join(f"{row},{line}\n" for line in ROWS.splitlines())

    receipt = second(tmp_path, wide("New,B", "1,2"), first=wide("A,B", "1,2"))
    assert receipt.status == "accepted"
    assert receipt.warnings == [
        "columns are new since the delivery before: New; nothing is taken from them",
        "the column `A` is gone; nothing was taken from it",
    ]
    moved = "Opened,Ref,Due,Closed,Ward,How\n" + "".join(
        ",".join([cells[1], cells[0], *cells[2:]]) + "\n" for cells in (line.split(",") for line in ROWS.splitlines())
    )
    assert second(tmp_path / "moved", moved).warnings == ["columns stand in another order, which changes nothing: Opened, Ref"]
    assert second(tmp_path / "same", HEADER + ROWS.replace("TEL", "?")).warnings != []
    assert second(tmp_path / "alike", HEADER + ROWS.replace("2025", "2024")).warnings == []


def test_dates_written_in_another_way_stop_with_the_way_and_the_line(tmp_path: Path) -> None:
    rows = ROWS.replace("01/04/2025 09:00", "2025-04-01 09:00")
    receipt = second(tmp_path, HEADER + rows)
    assert receipt.status == "broken"
    told = str(receipt.message)
    assert "100% of the cells of `Opened` cannot be read, 0% in the delivery before" in told
    assert "they look like `9999-99-99 99:99`, and like `99/99/9999 99:99` then" in told
    assert 'records/source.yml, line 13, `dates`: add "%Y-%m-%d %H:%M" to `dates`' in told


def test_codes_in_place_of_words_stop_with_the_line(tmp_path: Path) -> None:
    receipt = second(tmp_path, HEADER + ROWS.replace("TEL", "01"))
    assert "of the cells of `How` cannot be read" in str(receipt.message)
    assert "line 22, `columns.channel`: say here how the cells are written now" in str(receipt.message)


def test_a_few_bad_cells_are_no_drift(tmp_path: Path) -> None:
    receipt = second(tmp_path, HEADER + ROWS.replace("TEL", "FAX", 10))
    assert (receipt.status, receipt.rows_quarantined, receipt.warnings) == ("accepted", 10, [])
    assert second(tmp_path / "few", HEADER + GOOD.replace("TEL", "FAX")).status == "accepted"


def test_nothing_that_is_kept_or_told_of_a_column_is_what_its_cells_say(tmp_path: Path) -> None:
    rows = ROWS.replace("Abbey", f'"{PLANTED}"').replace("TEL", PLANTED)
    case = Case(tmp_path)
    case.drop(HEADER + rows, "a.csv")
    receipts = [case.take_in()]
    case.drop(HEADER.replace("Ward", "Area") + rows.replace("01/04", "99/99"), "b.csv")
    receipts.append(case.take_in())
    kept = "".join(path.read_text() for path in case.workspace.intake.rglob("*.json"))
    for word in PLANTED.split():
        assert word not in kept
        assert word not in json.dumps([receipt.message for receipt in receipts])


def test_looks_tell_columns_apart_without_their_words() -> None:
    days, names = pl.Series(["01/02/2025", "3/4/2025"]), pl.Series(["Ann O'Neill-Smith", "Bob"])
    assert patterns(names) == {"a": 1.0}
    assert patterns(pl.Series(["", None, "  "], dtype=pl.String)) == {}
    assert likeness(patterns(days), patterns(pl.Series(["11/12/2024"] * 3))) > likeness(patterns(days), patterns(names))


def test_the_ways_of_writing_dates_that_fit_are_found() -> None:
    assert date_forms(pl.Series(["15-Feb-11", "01-Dec-11"])) == ["%d-%b-%y"]
    assert date_forms(pl.Series(["03/04/2021", "13/04/2021"])) == ["%d/%m/%Y"]
    assert date_forms(pl.Series(["03/04/2021", "05/06/2021"])) == ["%d/%m/%Y", "%m/%d/%Y"]
    assert date_forms(pl.Series(["2021-04-03 10:00:00", None, ""])) == ["%Y-%m-%d %H:%M:%S"]
    assert date_forms(pl.Series(["Abbey", "03/04/2021"])) == date_forms(pl.Series([], dtype=pl.String)) == []

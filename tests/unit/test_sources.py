"""What a source is, and every mistake in its YAML told with file, line, field and what is allowed."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
from intake_case import COUNCIL, SOURCE

from pipelines.config import ConfigError
from pipelines.sources import Source, load_source, load_sources


def written(folder: Path, text: str, name: str = "records") -> Path:
    path = folder / name / "source.yml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def source(folder: Path, old: str = "", new: str = "") -> Source:
    assert old in SOURCE
    return load_source(written(folder, SOURCE.replace(old, new, 1) if old else SOURCE), COUNCIL)


MISTAKES = {
    "a misspelt field": ("owner: A team", "ownr: A team", ["line 2", "`ownr`", "Did you mean `owner`?"]),
    "a wrong choice": ("cadence: monthly", "cadence: montly", ["line 3", "`cadence`", "Did you mean `monthly`?"]),
    "a missing field": ("title: Records\n", "", ["`title` is missing"]),
    "a field twice": ("owner: A team", "owner: A team\nowner: B", ["line 3", "stands twice (first in line 2)"]),
    "no YAML": ("title: Records", "title: [Records", ["not valid YAML"]),
    "an unknown record type": (
        "service_request\n", "service_requests\n", ["line 9", "Allowed: action, adoption, case_study, commentary"]),
    "an unknown record field": ("closed_at: Closed", "closd_at: Closed", ["`columns.closd_at`", "closed_at (When"]),
    "a needed record field": ("  request_id: Ref\n", "", ["`request_id` is missing", "Every record needs it"]),
    "ambiguous dates": ('["%d/%m/%Y %H:%M", ', '["%m/%d/%Y", ', ["line 13", "`dates`", "would be read differently"]),
    "a wrong encoding": ("encoding: utf-8", "encoding: utf8", ["`format.encoding`", "Allowed: utf-8, cp1252"]),
    "text for a list": ('missing: ["", "N/A"]', "missing: none", ["`missing`", "Allowed: a list"]),
    "an unknown connector": ("type: file_drop", "type: ftp", ["line 10, `connector`", "file_drop or http"]),
    "a number for an encoding": ("encoding: utf-8", "encoding: 1252", ["line 11, `format.encoding`", "1252 is not allowed"]),
    "a delimiter in words": ("utf-8}", "utf-8, delimiter: tab}", ["`format.delimiter`", 'Allowed: ",", ";", "|", "\\t"']),
    "a number for a column": ("closed_at: Closed", "closed_at: 5", ["`columns.closed_at`", "5 is not allowed", "in quotes"]),
    "a misspelt setting": ("{column: Ward,", "{colum: Ward,", ["line 21", "`columns.area_code", "Did you mean `column`?"]),
    "values and lookup": ("lookup: areas", "lookup: areas, values: {a: b}", ["`columns.area_code`", "keep one"]),
    "otherwise alone": ("end_of_day: true", "otherwise: x", ["line 19, `columns.due_at`", "`otherwise` needs `values`"]),
    "an unknown lookup": ("lookup: areas", "lookup: wards", ["`columns.area_code.lookup`", "Allowed: areas"]),
    "a needed field that is none": ("required: [opened_at]", "required: [opend_at]", ["`required.0`", "no field `opend_at`"]),
    "a needed field from nowhere": ("required: [opened_at]", "required: [priority]", ["`columns`", "`priority` is missing"]),
    "no columns": (SOURCE[SOURCE.index("columns:"):], "columns: {}\n", ["line 15, `columns`", "{} is not allowed"]),
    "a needed field of fields": ("retention: {years: 6}", "retention: {}", ["line 7, `retention`", "`years` is missing"]),
    "retention from nowhere": ("{years: 6}", "{years: 6, from: opend}", ["`retention.from`", "no field `opend`"]),
    "a share above 100": ("percent: 100", "percent: 120", ["`quarantine_limit_percent`", "from 0 and up to 100"]),
    "a header row below 0": ("utf-8}", "utf-8, header_row: -1}", ["`format.header_row`", "from 0 and up to 1000"]),
    "a folder for a glob": ('glob: "*"', 'glob: "/inbox/*"', ["line 10, `connector.glob`"]),
    "a broken expression": ("columns:", "layout_rows: {total: {column: Ref, matches: '('}}\ncolumns:",
                            ["line 15, `layout_rows.total.matches`", "not a regular expression"]),
    "a layout row in words": ("columns:", "layout_rows: {total: last}\ncolumns:", ["`layout_rows.total`", "all_empty"]),
    "a date without a year": ('"%d/%m/%Y"]', '"%d/%m"]', ["line 13, `dates.1`", "names no year"]),
    "an unknown part of a date": ('"%d/%m/%Y"]', '"%d/%m/%Q"]', ["line 13, `dates.1`", "`%Q`", "Allowed: %d %m"]),
    "a time zone in words": ('"%d/%m/%Y"]', '"%d/%m/%Y %Z"]', ["`%Z`", "is not known"]),
    "a zone that is none": ("missing:", "zone: London\nmissing:", ["line 12, `zone`", "such as Europe/London"]),
    "a serial that could be a day": ('"%d/%m/%Y"]', '"%y%j", excel_serial]', ["line 13, `dates`", "would be read differently"]),
    "one sign for two things": ("{column: Ward,", "{column: Ward, numbers: {thousands: '.'},",
                                ["line 21, `columns.area_code.numbers.thousands`", "1.234 would be 1234 and 1.234"]),
    "a comma for two things": ("missing:", "numbers: {thousands: ',', decimal: ','}\nmissing:", ["line 12, `numbers.thousands`"]),
    "a symbol that is a digit": ("missing:", "numbers: {symbols: ['1']}\nmissing:", ["line 12, `numbers.symbols`"]),
    "a multiple twice": ("missing:", "numbers: {multiples: {m: 1000, M: 1000000}}\nmissing:", ["`numbers.multiples`", "twice"]),
    "a mark with and without a reason": ("missing:", "marks: {N/A: x}\nmissing:", ["line 12, `marks.N/A`", "keep one"]),
    "a note that is none": ("missing:", "marks: {N/A: n}\nmissing:", ["`marks.N/A`", 'Allowed: "c", "x", "z", "u"']),
    "a name for two codes": ("missing:", "lists: {kinds: {a: [x], b: [X]}}\nmissing:", ["line 12, `lists.kinds`", "one code"]),
    "dates of one column": ("{column: Due,", '{column: Due, dates: ["%d/%m/%y", "%m/%d/%y"],', ["`columns.due_at.dates`"]),
    "a word that the contract has not": ("TEL: phone", "TEL: telephone",
                                         ["line 22, `columns.channel.values.TEL`", "mean `phone`?", "Allowed: phone, web"]),
    "a constant that the contract has not": ("{column: How, values: {TEL: phone, \"?\": null}}", "{constant: pigeon}",
                                             ["line 22, `columns.channel.constant`", "Allowed: phone, web"]),
    "intake's own name": ("request_id: Ref", "request_id: row_number", ["`columns.request_id`", "intake adds its own"]),
}  # fmt: skip


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_told_where_it_stands_and_what_is_allowed(tmp_path: Path, mistake: str) -> None:
    old, new, told = MISTAKES[mistake]
    assert old in SOURCE
    path = tmp_path / "records" / "source.yml"
    path.parent.mkdir()
    path.write_text(SOURCE.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ConfigError) as raised:
        load_source(path, COUNCIL)
    message = str(raised.value)
    assert "records/source.yml, line" in message
    assert [text for text in told if text not in message] == [], message


def test_the_faults_of_all_sources_are_told_at_once(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "source.yml").write_text(SOURCE.replace("title: Records\n", ""), encoding="utf-8")
    with pytest.raises(ConfigError) as raised:
        load_sources(tmp_path, COUNCIL)
    assert len(raised.value.problems) == 2


def test_all_faults_of_one_file_are_told_at_once(tmp_path: Path) -> None:
    text = SOURCE.replace("closed_at: Closed", "closd_at: Closed").replace("  request_id: Ref\n", "").replace("/%Y", "/%Q")
    with pytest.raises(ConfigError) as raised:
        load_source(written(tmp_path, text, "My Records"), COUNCIL)
    told = ["rename `My Records`", "`columns.closd_at`", "`request_id` is missing", "`dates.0`", "`dates.1`"]
    assert [part for part in told if part not in str(raised.value)] == []


def test_a_folder_without_sources_says_what_one_is(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"a source is a folder with a source\.yml in it"):
        load_sources(tmp_path, COUNCIL)


def test_a_text_date_and_a_real_one_in_a_workbook_must_not_be_confused(tmp_path: Path) -> None:
    text = SOURCE.replace("{type: csv, encoding: utf-8}", "{type: xlsx}").replace(
        '["%d/%m/%Y %H:%M", "%d/%m/%Y"]', '["%Y-%d-%m"]'
    )
    with pytest.raises(ConfigError, match="would be read differently by `%Y-%d-%m` and `%Y-%m-%d`"):
        load_source(written(tmp_path, text), COUNCIL)


def test_marks_are_text_as_written(tmp_path: Path) -> None:
    found = source(tmp_path, '{TEL: phone, "?": null}', "{Yes: phone, 01: web, No: null, 1.0: app}")
    channel = next(m for m in found.mappings if m.field == "channel")
    assert channel.values == (("Yes", "phone"), ("01", "web"), ("No", None), ("1.0", "app"))


def test_only_the_columns_that_are_named_are_read(tmp_path: Path) -> None:
    found = source(tmp_path, "columns:", 'layout_rows: {total: {column: Kind, matches: "^T"}, blank: all_empty}\ncolumns:')
    assert found.columns == ["Ref", "Opened", "Due", "Closed", "Ward", "How", "Kind"]


def test_the_hash_of_a_mapping_covers_all_that_makes_records_and_nothing_else(tmp_path: Path) -> None:
    plain = source(tmp_path).mapping_sha256
    assert source(tmp_path, "owner: A team", "owner: Another").mapping_sha256 == plain
    assert source(tmp_path, "cadence: monthly", "cadence: weekly  # now").mapping_sha256 == plain
    for old, new in (
        ("TEL: phone", "TEL: web"), ('"N/A"]', '"-"]'), ("percent: 100", "percent: 50"), ("encoding: utf-8", "encoding: cp1252"),
        ("due_at: {column: Due, end_of_day: true}", "due_at: Due"), ('["%d/%m/%Y %H:%M", ', '["%d/%m/%Y %H:%M:%S", '),
    ):  # fmt: skip
        assert source(tmp_path, old, new).mapping_sha256 != plain, new


@pytest.mark.parametrize(
    ("cadence", "received", "days"),
    [
        ("monthly", datetime(2026, 1, 1), 0),
        ("monthly", datetime(2025, 11, 1), 44),
        ("daily", datetime(2026, 1, 14), 0),
        ("daily", datetime(2026, 1, 5), 9),
        ("once", datetime(2001, 1, 1), 0),
        ("monthly", None, 0),
    ],
)
def test_a_source_is_late_by_the_days_beyond_its_cadence(
    tmp_path: Path, cadence: str, received: datetime | None, days: int
) -> None:
    found = source(tmp_path, "cadence: monthly", f"cadence: {cadence}")
    assert found.days_late(received, datetime(2026, 1, 15, 12)) == days


def test_the_project_s_own_sources_can_be_read() -> None:
    from pipelines.council import load_council

    project = Path(__file__).parents[2]
    assert load_sources(project / "sources", load_council(project / "council.yml"))

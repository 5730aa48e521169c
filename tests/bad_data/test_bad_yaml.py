"""YAML as officers write it: a record comes through as written or is set aside, and what is unsafe is refused in plain words."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from intake_case import SOURCE, Case

from pipelines.formats import delivery

RECORD = "- {{Ref: {}, Opened: 01/04/2025 09:00, Due: 10/04/2025, Closed: , Ward: Abbey, How: TEL}}\n"
NO_RECORD = "not a record of names and values"
GOOD = RECORD.format("007")
TWICE = GOOD.replace("Ward: Abbey", "Ward: Abbey, Ward: Abbey")
LONG = """# what came in
cases:
  - Ref: yes
    Opened: 01/04/2025 09:00
    Due: ~
    Closed: null
    Ward: 'Abbey'
    How: |
      TEL
  - {Ref: no, Opened: 01/04/2025, Ward: "1"}
"""
BOMB = "a: &a [x, x, x]\nb: &b [*a, *a, *a]\ncases: [*b, *b, *b]\n"

TAKEN_IN: dict[str, tuple[str, str, dict[int, str], dict[int, str]]] = {
    "a list of records": (GOOD + RECORD.format("1e3"), "", {1: "007", 2: "1e3"}, {}),
    "records under a name": ("title: x\n" + LONG, "cases", {1: "yes", 2: "no"}, {}),
    "records under names within names": (f"of: {{year: {{cases: [{GOOD[2:-1]}]}}}}\n", "of.year.cases", {1: "007"}, {}),
    "a mark and Windows line ends": ("\ufeff" + GOOD.replace("\n", "\r\n"), "", {1: "007"}, {}),
    "JSON, which is YAML too": (
        '[{"Ref": "007", "Opened": "01/04/2025", "Due": null, "Closed": null, "Ward": "1", "How": "?"}]', "", {1: "007"}, {}),
    "no record at all": ("cases: []\n", "cases", {}, {}),
    "a record that is words, one that is nothing": (GOOD + "- words\n-\n" + RECORD.format(4), "", {1: "007", 4: "4"},
                                                    {2: NO_RECORD, 3: NO_RECORD}),
    "a name twice in a record": (GOOD + TWICE, "", {1: "007"}, {2: "a name stands twice in the object"}),
    "a cell without end": (GOOD + RECORD.format("x" * (delivery.LONGEST_CELL + 1)), "", {1: "007"},
                           {2: "a cell is longer than any cell should be"}),
    "no date": (GOOD + RECORD.format(2).replace("01/04", "31/02"), "", {1: "007"},
                {2: "not a date as stated: %d/%m/%Y %H:%M, %d/%m/%Y"}),
}  # fmt: skip
BROKEN = {
    "nothing": ("", "", "the file is empty|the file holds nothing"),
    "a comment alone": ("# to be written\n", "", "the file holds nothing"),
    "a bomb of references": (BOMB, "cases", r"line 1: a reference \(`&` or `\*`\) can unfold without end; write the words out"),
    "an anchor alone": ("- &me {Ref: 1}\n", "", "line 1: a reference"),
    "a reference as a name": ("- {*me : 1}\n", "", "line 1: a reference"),
    "a merge": ("- {Ref: 1, <<: {Opened: 01/04/2025}}\n", "", r"line 1: a merge \(`<<`\) takes values from elsewhere"),
    "a program in a tag": ('- Ref: !!python/object/apply:os.system ["true"]\n', "", r"line 1: a tag \(`!`\)"),
    "two documents": (GOOD + "---\n" + GOOD, "", "line 2: another document begins; put all records into one list"),
    "a list as a name": ("- ? [Ref]\n  : 1\n", "", "line 1: a name must be text"),
    "a name twice around the records": ("cases: []\ncases:\n" + GOOD, "cases", "a name stands twice beside `cases`"),
    "lists within lists": ("[" * 100_000, "", "line 1: the document has values within values without end"),
    "a colon in bare words": ("- {Ref: 1}\n- Ref: said: no\n", "", "in line 2; words that hold a colon .* must stand in quotes"),
    "a quotation mark not closed": ("- Ref: 'it\n", "", "unexpected end of stream.* must stand in quotes"),
    "a tab as indentation": ("-\tRef: 1\n\tHow: x\n", "", "cannot be read as YAML: .*, in line"),
    "control characters": ("- Ref: \x07\n", "", "control characters are not allowed"),
    "bytes of another encoding": ("- Ref: £\n".encode("cp1252"), "", "byte 0xa3 in line 1 means nothing there"),
    "a list where names should be": (GOOD, "cases", "nothing at `cases`, where `format.records` says its records are"),
    "names where a list should be": ("cases:\n" + GOOD, "", "no list of records at the top; name its place in `format.records`"),
    "words where a list should be": ("cases: none\n", "cases", "no list of records at `cases`"),
    "other names": ("- {Reference: 1}\n", "", "needed columns are not there: Ref, Opened.*; the file has: Reference"),
    "more than anybody writes": ("# " + "x" * 16_777_216, "", "send CSV or JSON lines"),
}  # fmt: skip


def case_of(folder: Path, records: str) -> Case:
    form = f"{{type: yaml, records: {records}}}" if records else "{type: yaml}"
    return Case(folder, SOURCE.replace("{type: csv, encoding: utf-8}", form))


@pytest.mark.parametrize("kind", TAKEN_IN)
def test_every_record_comes_through_as_written_or_is_set_aside_by_name(tmp_path: Path, kind: str) -> None:
    content, records, accepted, set_aside = TAKEN_IN[kind]
    case = case_of(tmp_path, records)
    case.drop(content, "cases.yml")
    receipt = case.take_in()
    assert receipt.status == "accepted", receipt.message
    rows = case.accepted(receipt)
    assert dict(rows.select("row_number", "request_id").iter_rows()) == accepted
    assert {number: told for number, (told,) in case.explanations(receipt).items()} == set_aside
    assert receipt.rows_read == len(accepted) + len(set_aside) == receipt.rows_accepted + receipt.rows_quarantined


def test_values_are_what_is_written_and_nothing_is_guessed(tmp_path: Path) -> None:
    case = case_of(tmp_path, "cases")
    case.drop(LONG, "cases.yml")
    rows = case.accepted(case.take_in())
    assert rows["request_id"].to_list() == ["yes", "no"]
    assert rows["channel"].to_list() == ["phone", None]
    assert rows["area_code"].to_list() == ["E05099001", "E05099001"]
    assert [moment.isoformat() for moment in rows["opened_at"]] == ["2025-04-01T09:00:00", "2025-04-01T00:00:00"]
    assert rows["due_at"].to_list() == rows["closed_at"].to_list() == [None, None]


@pytest.mark.parametrize("kind", BROKEN)
def test_a_file_that_cannot_be_used_says_why_and_where(tmp_path: Path, kind: str) -> None:
    content, records, told = BROKEN[kind]
    case = case_of(tmp_path, records)
    case.drop(content, "cases.yml")
    receipt = case.take_in()
    assert receipt.status == "broken"
    assert re.search(told, str(receipt.message)), receipt.message
    assert list(case.workspace.state.rglob("*.parquet")) == []

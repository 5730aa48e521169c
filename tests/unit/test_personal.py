"""How much of what is personal the scan finds, and how often it is wrong: on a set written for it and on real files.

Every number here is invented or from the ranges kept for examples (Ofcom's drama numbers, NHS numbers that begin 999).
"""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import polars as pl
import pytest

from pipelines.personal import KINDS, kinds_in

SHARED = Path(os.environ.get("YARDSTICK_SHARED", "../shared"))

PERSONAL = {
    "an e-mail address": """
        jane.doe@mail.example | Write to J.DOE@mail.example now | o'brien+x@sub.mail.example | jane_doe@mail.co.example.
        <jane@mail.example> | mailto:jane@mail.example | jane (at) mail.example | jane[at]mail.example
        “jane@mail.example” | a-b@c-d.example
    """,
    "a telephone number": """
        020 7946 0018 | Ring 02079460018 please | +44 7700 900123 | +447700900123 | (01632) 960 001 | 01632 960001, after six
        07700 900 123 | 07700-900-123 | 0044 7700 900123 | +44 (0)20 7946 0018 | 0808 157 0192
        tel:07700900123 | 01632.960.001
    """,
    "a National Insurance number": """
        AB 12 34 56 C | AB123456C | ab123456c | her number is AB-12-34-56-C. | (JG103759A) | JG 10 37 59 A | SX123456D
    """,
    "an NHS number": """
        999 000 0018 | NHS 9990000026 | 999-000-0034 | patient 999 000 0042, seen twice | (9990000050)
    """,
    "a postcode": """
        flat 2, SW1A 1AA | b1 1bd | CV1 5RR | of CV15RR | M1 1AE. | EC1A 1BB | W1A 0AX | (DN55 1PT)
        GIR 0AA | Mould at IM1 2PX | cr2  6xh
    """,
    "a UPRN": """
        UPRN 100070123456 | uprn: 10023456 | 100070123456 | 10090123456 | 200001234567
        the UPRN is 12345678 | UPRN no. 906700034
    """,
    "a card number": """
        4111 1111 1111 1111 | 4111111111111111 | paid with 5500-0000-0000-0004 | 340000000000009
        6011 0000 0000 0004 | 4012888888881881.
    """,
    "a bank account": """
        12-34-56 12345678 | 12 34 56, 12345678 | sort code 12-34-56 account 12345678 | account no 12345678
        a/c 12345678 | 123456 12345678
        account number: 12345678 | account number is 12345678
    """,
    "an IBAN": """
        GB82 WEST 1234 5698 7654 32 | GB82WEST12345698765432 | IE29AIBK93115212345678 | to DE89 3704 0044 0532 0130 00
    """,
    "a date of birth": """
        DOB 12/03/1980 | born on 3 March 1980 | date of birth: 1980-03-12 | d.o.b. 12.3.80 | born 12/03/80
    """,
    "a person's name": """
        Mr Smith | “Thank you to Mrs O’Neill” | Dr. J. Foster | Miss Jane Doe | Ms D’Souza | Prof Wu | Revd Green | Mx Lee
        MRS JONES | from Mr. A B Smith | Dr van? No: Dr Foster
    """,
}
HARMLESS = """
    E06000999 in 2024-01-01 to 2025-03-31 | repairs_2024-01.csv | stage s1 1st | From 0.5 to 12345678.25 in 2025
    Q1 2025/26 | QQ | 54771d3b8ce201a03f0aae75521f5a745f66d4353f58148b1d6c32d5256b60dd | 1,234,567 | £12,345,678.90
    12.373m | 2024-01-01T10:00:00Z | 0.1234567890 | 53.4808, -2.2426 | -0.1234567 | Ward 3 | 03/04/2021 | 15-Feb-11
    2021-22 | 100% | 24 of 1,100 residents | Missed bins | missed | Mist and fog | Drains | Mrs | Dr | prof | 8 weeks
    within 13 weeks | EH25 applications | A1 road | M6 junction 2 | B4 and B5 | class C3 to C4 | Use class E | 1st
    2nd floor | 3rd quarter | version 1.2.3 | v1.0.0 | 10 to 24 | 18-24 | 65+ | N/A | c | <5 | Sir Gaerfyrddin
    Lady Bay | Lord Street | Councillor questions | the cabinet member | OGL-UK-3.0 | 12345678 | 1234567890
    20260331101500 | 2026-10-13 | 0 | 00 | E05099901 | E01000001 | K02000001 | S12000033 | W06000001
    case 101000290312 | 4111 1111 1111 1112 | 999 000 0019 | GB82 WEST 1234 5698 7654 33 | AB 12 34 56 E
    BG 12 34 56 C | XX1 1XX | Q1 1AA | account for 12345678 pounds | 12-34-56 | up by 3.2 points since 2019-20
    36 improved, 6 stayed the same | the 2021 census | 14 days | 020 is a code | ISO 8601 | RFC 4180 | UTF-8 | at home
    @ | council @ work | 5 @ £3 | born in 1980 | births | birthday | 1980s | 24/7 | 9 to 5 | 2.5m | 0800 to 1800
    07:30-18:00
"""


def words(block: str) -> list[str]:
    return [word.strip() for line in block.splitlines() for word in line.split("|") if word.strip()]


@pytest.mark.parametrize("kind", PERSONAL)
def test_each_kind_is_found_in_every_way_people_write_it(kind: str) -> None:
    missed = [text for text in words(PERSONAL[kind]) if kind not in kinds_in(text)]
    assert missed == []


def test_every_kind_has_its_specimens() -> None:
    assert set(PERSONAL) | {"a sign that is not to be seen"} == set(KINDS)


@pytest.mark.parametrize("text", words(HARMLESS))
def test_what_figures_and_commentary_are_full_of_is_no_alarm(text: str) -> None:
    assert kinds_in(text) == {}


@pytest.mark.parametrize("sign", ["\x1b[31mred", "left\u202eright", "zero\u200bwidth", "bell\x07"])
def test_signs_that_are_not_to_be_seen_are_found(sign: str) -> None:
    assert list(kinds_in(sign)) == ["a sign that is not to be seen"]


def test_cleared_words_are_passed_over_and_nothing_beside_them() -> None:
    assert kinds_in("Ring 020 7946 0018.", frozenset({"020 7946 0018"})) == {}
    assert "a telephone number" in kinds_in("Ring 020 7946 0018 or 020 7946 0019.", frozenset({"020 7946 0018"}))


@pytest.mark.skipif(not SHARED.is_dir(), reason="real files are not here: set YARDSTICK_SHARED to their folder")
def test_on_names_and_headings_of_real_files_there_is_no_false_alarm() -> None:
    """Area, ward and indicator names of real publishers hold nobody's details: each alarm there would be a false one."""
    alarms: Counter[str] = Counter()
    cells = 0
    for folder in ("geography", "coventry", "coventry-hub", "lgbf", "trafford", "fixmystreet"):
        for path in sorted((SHARED / "data" / folder).rglob("*.csv")):
            table = pl.read_csv(path, infer_schema=False, encoding="utf8-lossy", truncate_ragged_lines=True, has_header=False)
            for value in {value for column in table for value in column.unique() if value}:
                cells += 1
                alarms.update(kinds_in(value))
    assert cells > 10_000
    assert alarms == {}


@pytest.mark.skipif(not SHARED.is_dir(), reason="real files are not here: set YARDSTICK_SHARED to their folder")
def test_in_real_free_text_every_postcode_of_a_column_of_addresses_is_found() -> None:
    """A planning register writes an address a row; a postcode found by its shape alone, here and by the scan, must agree."""
    shape = r"\bIM\d{1,2}\s\d[A-Z]{2}\b"
    expected = found = 0
    for path in sorted((SHARED / "data/isle-of-man-planning").glob("*planning-applications.csv")):
        table = pl.read_csv(path, infer_schema=False, encoding="utf8-lossy", truncate_ragged_lines=True, has_header=False)
        for value in {value for column in table for value in column.unique() if value}:
            if pl.Series([value]).str.contains(shape)[0]:
                expected += 1
                found += "a postcode" in kinds_in(value)
    assert expected > 1_000
    assert found == expected

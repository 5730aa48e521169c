"""How much of what is personal the scan finds, and how often it is wrong: on a set written for it and on real files.

Every number here is invented or from the ranges kept for examples (Ofcom's drama numbers, NHS numbers that begin 999).
"""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import polars as pl
import pytest

from pipelines.personal import GLIMPSE, KINDS, kinds_in
from pipelines.tables import connect, text

SHARED = Path(os.environ.get("YARDSTICK_SHARED", "../shared"))

PERSONAL = {
    "an e-mail address": """
        jane.doe@mail.example | Write to J.DOE@mail.example now | o'brien+x@sub.mail.example | jane_doe@mail.co.example.
        <jane@mail.example> | mailto:jane@mail.example | jane (at) mail.example | jane[at]mail.example
        “jane@mail.example” | a-b@c-d.example
        contact: mary.o'neill@nhs.example | first.last+tag@sub.domain.co.uk | JANE.DOE@COUNCIL.GOV.UK
        jane.doe (AT) council (DOT) gov (DOT) uk | jane.doe [at] council [dot] gov [dot] uk | j_doe99@hotmail.com
        jane@localhost.example | "Jane Doe" <jane@doe.example> | jane.doe@council.gov.uk; | e:jane@doe.example
        (jane.doe@doe.example) | jane.doe＠doe.example | jane.doe @ doe.example | jane.doe@ doe.example
        jane.doe{at}doe.example | email jane.doe at gmail dot com | jané.doé@exámple.co.uk | 1234@doe.example
        jane-doe@doe.example, thanks | mailto:jane@doe.example?subject=Hi | <a>jane@doe.example</a>
        jane%40doe.example | jane.doe@doe.example/page | _jane_@doe.example | jane#1@doe.example
    """,
    "a telephone number": """
        020 7946 0018 | Ring 02079460018 please | +44 7700 900123 | +447700900123 | (01632) 960 001 | 01632 960001, after six
        07700 900 123 | 07700-900-123 | 0044 7700 900123 | +44 (0)20 7946 0018 | 0808 157 0192
        tel:07700900123 | 01632.960.001
        07700900123 | 07700 900123 | 0770 090 0123 | 07 700 900 123 | 0 7 7 0 0 9 0 0 1 2 3 | +44 7700900123
        +44-7700-900-123 | +44(0)7700900123 | +44 (0) 7700 900 123 | 0044 (0)7700 900123 | (07700) 900123
        020 7946 0018 ext 12 | 020 7946 0018 x12 | Tel 020-7946-0018 | Tel.02079460018 | t: 0113 496 0123
        T:01632 960123 | (020)79460018 | 0121 4960 123 | +44.7700.900123 | 0800 111111 | 0300 123 4567
        03001234567 | +44 20 79460018 | 447700900123 | phone number 7700 900123 | 07700—900—123 | 07700–900123
        ring me on 07700900123. | 07700900123; | mobile=07700900123 | mob07700900123 | 01632-960-123
        029 2018 0123 | 028 9018 0123 | 016977 2345 | 01697 72345 | 0191 498 0123 (home) | ０７７００９００１２３
        +353 1 234 5678 | 0117-496-0123/0124 | 020 7946 0018 or 0019
    """,
    "a National Insurance number": """
        AB 12 34 56 C | AB123456C | ab123456c | her number is AB-12-34-56-C. | (JG103759A) | JG 10 37 59 A | SX123456D
        QQ is a placeholder but JA 12 34 56 B | NI: JA123456B | NINO JA 123456 B | JA 123 456 B | ja 12 34 56 b
        JA-123456-B | JA.12.34.56.B | JA 12 3456 B | NI no. ja123456b, | (JA123456A) | JA123456 B
        national insurance number JA123456 | CE 65 43 21 D | insurance: JA12 34 56C
    """,
    "an NHS number": """
        999 000 0018 | NHS 9990000026 | 999-000-0034 | patient 999 000 0042, seen twice | (9990000050)
        9990000018 | NHS: 999 000 0026 | NHS number 999-000-0034 | NHS no 9990000042 | NHSno:9990000050
        999.000.0018 | 999  000  0018 | #9990000018 | 9990000018. | 9990000018; | nhs9990000018 | 401 023 2137
        4010232137 | 943-476-5919 | 943 476 5919 | 9434765919, | "9434765919" | NHS/9434765919
    """,
    "a postcode": """
        flat 2, SW1A 1AA | b1 1bd | CV1 5RR | of CV15RR | M1 1AE. | EC1A 1BB | W1A 0AX | (DN55 1PT)
        GIR 0AA | Mould at IM1 2PX | cr2  6xh
        SW1A 2AA | sw1a2aa | Sw1a 2aa | postcode LS1 4AP. | LS14AP, | (BS1 6PN) | CF10 3NP; | EH1 1YZ | BT1 5GS
        G2 1DU | M1 1AE | N1 9GU | W1T 3NL | E20 2ST | EC4M 7RF | L1 8JQ | B33 8TH | DN55 1PT | SE1 9GF | WC2N 5DU
        ZE1 0AA | IV1 1AA | JE2 3AB | GY1 1AA | IM1 1AA | TR21 0AA | BX1 1LT | LS1-4AP | LS1  4AP | LS1 4AP
        at 10 Elm Rd LS1 4AP (flat) | PO1 3AX | NP20 4UR | SY1 1AA | HX1 1UJ | YO1 7HH | CV1 5RR. | CV1 5RR)
        near cv1 5rr | cv15rr | AB101AB | CV15rr | TW9 4DU | S1 2HH | SA99 1AA
    """,
    "a UPRN": """
        UPRN 100070123456 | uprn: 10023456 | 100070123456 | 10090123456 | 200001234567
        the UPRN is 12345678 | UPRN no. 906700034
        UPRN: 100023336956 | uprn 10023336956 | UPRN=100023336956 | UPRN (100023336956) | UPRN number 100023336956
        UPRN no: 100023336956 | property 100023336956 | 10033544614 | UPRN 5870000123 | uprn:000100023336956
        U.P.R.N. 100023336956 | 200003456789 | unique property reference number 5870000123
        unique property reference 100023336956 | UPRN - 5870000123 | UPRN#5870000123
        UPRNs 5870000123 and 5870000124 | 100023336956;
    """,
    "a card number": """
        4111 1111 1111 1111 | 4111111111111111 | paid with 5500-0000-0000-0004 | 340000000000009
        6011 0000 0000 0004 | 4012888888881881.
        4539 1488 0343 6467 | 4539148803436467 | 4539-1488-0343-6467 | 5555 5555 5555 4444 | 5555555555554444
        2223003122003222 | 378282246310005 | 3782 822463 10005 | 6011111111111117 | 6304000000000000
        30569309025904 | card:4539148803436467 | card no.4539148803436467 | ****4539148803436467
        4539.1488.0343.6467 | 4539  1488  0343  6467 | visa 4242424242424242, exp 12/27 | 3530111333300000
        4222222222222 | 6759649826438453
    """,
    "a bank account": """
        12-34-56 12345678 | 12 34 56, 12345678 | sort code 12-34-56 account 12345678 | account no 12345678
        a/c 12345678 | 123456 12345678
        account number: 12345678 | account number is 12345678
        sort code 20-00-00 account number 55779911 | 20-00-00 55779911 | 200000 55779911 | 20 00 00 55779911
        SC 20-00-00 AC 55779911 | Sort: 20-00-00, Acc: 55779911 | acc no 55779911 | acct: 55779911
        account no. 55779911 | a/c no 55779911 | A/C: 55779911 | bank account 55779911
        sort code: 200000 account: 55779911 | sort code 20-00-00; account no: 55779911 | 20-00-00/55779911
        20-00-00 and 55779911 | sort code 20-00-00 | account number 5577 9911 | account number: 5577-9911
        acc. 55779911 | S/C 200000 A/C 55779911 | account (55779911) | 20–00–00 55779911
        sort code 200000, account number 55779911 | 20.00.00 55779911
    """,
    "an IBAN": """
        GB82 WEST 1234 5698 7654 32 | GB82WEST12345698765432 | IE29AIBK93115212345678 | to DE89 3704 0044 0532 0130 00
        GB29NWBK60161331926819 | GB29 NWBK 6016 1331 9268 19 | gb29nwbk60161331926819
        IBAN GB29 NWBK 6016 1331 9268 19. | IBAN:GB29NWBK60161331926819 | FR14 2004 1010 0505 0001 3M02 606
        NL91 ABNA 0417 1643 00 | GB29-NWBK-6016-1331-9268-19
    """,
    "a date of birth": """
        DOB 12/03/1980 | born on 3 March 1980 | date of birth: 1980-03-12 | d.o.b. 12.3.80 | born 12/03/80
        DOB: 12/03/1980 | dob 12-03-80 | D.O.B: 12.03.1980 | Date of birth 12 March 1980
        date of birth is 12 March 1980 | born on 12th March 1980 | born 12 Mar 1980 | born March 12, 1980
        b. 12/03/1980 | birth date 12/03/1980 | DoB - 1980-03-12 | d.o.b 12/3/80
        was born on the 12th of March 1980 | Born: 12.3.80 | birthdate: 1980-03-12 | (dob 12/03/80) | DOB12/03/1980
        DOB=12/03/1980 | DOB 12 03 1980 | DOB 12Mar1980
    """,
    "a person's name": """
        Mr Smith | “Thank you to Mrs O’Neill” | Dr. J. Foster | Miss Jane Doe | Ms D’Souza | Prof Wu | Revd Green | Mx Lee
        MRS JONES | from Mr. A B Smith | Dr van? No: Dr Foster
        Mr John Smith | Mr. John Smith | Mr J. Smith | Mr J Smith | Mr J.R. Smith | Mr J. R. R. Smith | MR SMITH
        Mr  Smith | Mr and Mrs Smith | Mr & Mrs Smith | Mrs Smith-Jones | Mrs MacDonald | Ms van der Berg
        Ms de Souza | Miss O'Connor | Miss O’Connor | Dr Patel | DR PATEL | Prof. Singh | Professor Singh
        Rev Jones | Rev. Jones | Revd. Jones | Reverend Jones | Mx Taylor | Dame Judi | Mr Ó Briain | Mr Ünal
        Mrs Łukasz | Ms Żak | Mr Çelik | mr smith | mrs jones | Mr.Smith | "Thanks to Mr Smith" | (Mrs Jones)
        Mrs. A. Jones | Messrs Smith and Jones | Mr D'Arcy | Mr d'Arcy | Mr McDonald | Mr Li | Mr Ng | Mr Smith's
        MISS JANE DOE | Ms. Doe said | Dr Patel | Mr St John | Mr Al-Hassan | Mr al-Hassan | Mr ap Rhys | Mrs Évans
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
    2021 2022 2023 2024 | 2019-20 2020-21 2021-22 | 2019/20, 2020/21, 2021/22 | 2 3 4 5 6 7 8 9 10 11 12 13 14
    account 2023-2024 | Housing Revenue Account 2023 2024 | Statement of account 20240331 | meetings by MS Teams
    an MS Excel sheet | the MS Society | families from DR Congo | Notre Dame Primary School
    Notre Dame High School | 120 @ 1.5 FTE | 5 @ 3.50 each | at 125000 a year | by 150 000 a year
    01/04/2024 30 days | 01/04/2024 to 31/03/2025 | 01-04-2024 31-03-2025 | 01.04.2024 31.03.2025
    1.4.2024 - 31.3.2025 | born between 1 April 2019 and 31 March 2020 | babies born 12 weeks 10 days early
    born on or after 1 September 2019 | Sir John Fisher Drive | Lady Margaret Road | Lord Mayor
    the Mayor of London | Miss rate | near miss | Mr. | MR1 | PC World | Sister Dora Hospital | +12.5 points
    +1,234 | -0.1 | 0.0123456789 | 00123 | 012345 | 0123456 | 01234567 | ref 0123456789012 | 12/00123/FUL
    21/01234/HOU | P/2024/0123 | PA/123456/A | DC/24/00123 | 24/00123/PREAPP | APP/M1234/W/24/3123456 | E07000123
    E92000001 | K04000001 | E12000007 | E54000027 | LA code 00AB | 936 Surrey | ONS code E06000001 | LSOA E01012345
    USRN 12345678 | 4510 1234 | TOID 4000000012345678 | SDG 11.3.1 | NI 195a | NI 14 | BV 109a | BVPI 82a | KPI 12
    PI01 | CP12 gas checks | LAA 2 | Q4 2024-25 | Q1 to Q3 | H1 2025 | M6 | A38(M) | B4100 | W3C | C1 and C2
    Class A1 | Use class B2 to B8 | Band D | Band A-C | D2D | EPC C | EPC band D by 2030 | Cat 1 hazards
    £1.2m of £12.4m | £12,345,678 | £ 1 234 567 | 1 234 567 890 | 1 234 567 890 123 | 12,345,678,901 | 123456789012
    1234567890123456 | 100% | 99.99% | 1:250 | 3-4 weeks | 24-48 hours | 9am-5pm | 08:00-18:00 | 10.15am | 24 hours
    7 days | 12 months to March 2025 | 111 | 101 | 999 | 0 800 calls | 0-19 service | 0-25 | 11-16 | 16-24 | 65+
    85 and over | under 5s | 0 to 4 | 5 to 9 | 10 to 14 | 15 to 19 | NO2 40 µg/m3 | PM2.5 | PM10 | CO2e 12,345 t
    10 kWh | 3.2 tCO2e | 5 m² | 1,000 m³ | 20 mph zone | 30 mph | A* to C | GCSE 9-4 | level 2 | Attainment 8
    Progress 8 | KS2 | EYFS | NEET 16-17 | SEN2 | EHCP within 20 weeks | CIN 123 | CLA per 10,000 | LD 65+ | 2A(1)
    ASCOF 1A | ASCOF 2B(1) | 1C(2A) | sort code | sort codes | account | account manager | by account | acc. | AC 1
    a/c units | SC 1 | bank holiday 26 08 24 | UPRN matched 95% of 12345 addresses | UPRN match rate 98 | postcode
    postcodes | NHS | NHS England 2024 | NHS Digital 2023/24 | NHS 111 | NHS number completeness 99%
    date of birth missing in 12 records | DOB completeness 98% | email | phone | by phone 1,234
    phone: 12,345 calls | telephone 45% | online 55% | mobile 1234 | calls answered 0 to 30 seconds
    within 28 days of 1 April 2024 | as of 2026-10-13 | version 2.0.1 | release 1.12.3 | v1.12.0 | 1.0.0 | 2.0
    ISO 9001 | ISO 27001:2022 | BS 7666 | SI 2012/2089 | s.106 | s106 £1.5m | Reg 18 | Section 21 | Part 2A
    Article 4 | Schedule 7 | Order 2015 | Act 1990 | LGA 1972 s100 | 1990 c. 8
    https://www.example.gov.uk/performance/2024 | https://data.example/api?id=1234567890
    http://opendatacommunities.org/id/geography/12345 | www.example.gov.uk | data/observation/2025-26.csv
    repairs_2024_01.csv | complaints_2026-10.xlsx | #123456 | job 12345678 | ticket 1234567 | case 0012345
    claim 12345678 | PO 12345678 | invoice 20240331 | invoice no 12345678 | cost code 12345 | GL 123456
    contract 2024/S 000-012345 | CPV 45000000 | company 01234567 | charity 1234567 | VAT 123 4567 89 | St Mary’s
    St Anne’s Ward | King’s Heath | Bishop’s Castle | Lord’s Hill | Queen’s Park | Ladywood | Knight’s Hill | Drive
    Elm Dr | Priory Rd | Station Road East | Market Place 1 | Unit 3, Trading Estate | Block B4 | Lot 5A | Floor 2B
    Flat 1a to 4d | M1 Junction 21A | A1 Business Park | EC Harris | SE London | N Yorks | CT scan | LE cycles
    S 106 | E 5 | W 12 | L1 5 | B1 2 | G1 3 of 4 | S1 4th | M1 2nd | B1 1st | N1 3rd quarter | LED lights 1 2 3
    Phase 1A 2B | SP1 2A | TR1 5 | PR24 3rd draft | CR1 to CR4 | CH1 2 of 3 | PE1 to PE5 | BB4 and BB5 | ME1 4
    HR2 | HR 12 3 | IP3 | EN15 | EN 15 1 | TS1 | DA1 | DE1 | CA1 2023 | SO2 | SO2 3 ppm | CO2 5kg | LA1 | KT 1
    SM4 | improved from 12 to 15 | rose by 3 | fell 2.5 points | 3 in 10 | 1 in 4 | 12 of 45 | between 10 and 20
    1st to 4th | top quartile (25%) | rank 5 of 16 | 45th percentile | c. 1,200 | ca 1900 | approx. 12,000
    b. 1980s | n = 1,234 | p < 0.05 | 95% CI 12.3 to 45.6 | ±2.5 | z=1.96 | R2 0.95 | χ² 9.55 | 1 2 3 4 5 6 7 8 9 0
    0 1 2 3 4 5 6 7 8 9 | 01 02 03 04 05 06 07 08 | 01, 02, 03, 04, 05 | 10 20 30 40 50 60 | 01-02-03-04-05 | 5-5-5
    1-2-1 | 100-200-300-400 | 0.5 0.6 0.7 0.8 0.9 1.0 | 20 21 22 23 24 25 | 4 5 6 7 8 9 10 11 12 13
    40 50 60 70 80 90 100 | 2400 2500 2600 2700 2800 | Mondays 07:00 to 19:00, 0700 to 1900 | 0700-1900
    0800-1800 1000-1600 | 0900 1300 1700 | 09:00 12:30 13:30 17:00 | 06.30 to 22.00 | 0600 0700 0800
    07 08 09 10 11 12 | 2024-04-01 2025-03-31 | 20240401 20250331 | 20240401-20250331 | 202404 202503
    202425 20240331 | FY24 this year will rise | FY25 plan will save 1000 jobs over time | Q1 24 up
    IT24 roll outs were late | DE10 road work done this week | PE19 Oct 2024 | GB 2024 | IE11 browsers used
    councillor Smith | Cllr Jones | Cllr J Smith | the Leader | the chief executive | Director of Place
    Head of Housing | Ms | Mr and Mrs | Dr’s surgery | doctor | Doctors | professor of planning | Father’s Day
    Mother and baby | Sisters Uncut | Fr | Rev | revenue | Rev 2 | Revd | Prof | Profile | Misses | misses | miss
    Missing | mister | Dames | Mx | visit us at the dot | meet at ten | looking at 3 dot points | @examplecouncil
    follow @council | cc @team | look @ this | A@B | open 24/7 @ the hub | x@y | 3@4 | £5@10 | a @ b
"""


def words(block: str) -> list[str]:
    return [word.strip() for line in block.splitlines() for word in line.split("|") if word.strip()]


@pytest.mark.parametrize("kind", PERSONAL)
def test_each_kind_is_found_in_every_way_people_write_it(kind: str) -> None:
    missed = [text for text in words(PERSONAL[kind]) if kind not in kinds_in(text)]
    assert missed == []


def test_what_the_database_looks_for_first_leaves_no_specimen_out() -> None:
    specimens = [one for kind in PERSONAL for one in words(PERSONAL[kind])]
    query = f"select word from (select unnest(?) as word) where not regexp_matches(word, {text(GLIMPSE)})"
    assert connect().execute(query, [specimens]).fetchall() == []


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
                alarms.update(list(kinds_in(value)))
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

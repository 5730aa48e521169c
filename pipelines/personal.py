"""What in a text could identify or reach a person, and where a release holds such a text.

Belongs here: the patterns with their check digits, and searching every file of a release for them. Does not belong here: what
happens then (the gate in ``release``), or small counts of people (disclosure control).

A finding tells where, which kind and how long, never the text. What a person has looked at and cleared stands in the
dataset's ``package.yml`` under ``cleared``, word for word, with who cleared it, when and why.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from pipelines.tables import connect, csv, name, text
from pipelines.verify import SUMS, datasets_in, table_path

Check = Callable[[str], bool]


def _digits(found: str) -> str:
    return re.sub(r"\D", "", found)


def _nhs(found: str) -> bool:
    """Whether the tenth digit of an NHS number is its check digit (modulus 11, NHS Data Dictionary)."""
    digits = [int(digit) for digit in _digits(found)]
    check = 11 - sum(digit * weight for digit, weight in zip(digits, range(10, 1, -1), strict=False)) % 11
    return len(digits) == 10 and len(set(digits)) > 1 and check % 11 == digits[9] and check != 10


def _luhn(found: str) -> bool:
    """Whether a card number has the right check digit (ISO/IEC 7812-1, annex B)."""
    digits = [int(digit) for digit in reversed(_digits(found))]
    total = sum(digits[::2]) + sum(sum(divmod(digit * 2, 10)) for digit in digits[1::2])
    return 13 <= len(digits) <= 19 and len(set(digits)) > 1 and total % 10 == 0


def _iban(found: str) -> bool:
    """Whether an IBAN has the right check digits (ISO 13616, modulus 97)."""
    code = re.sub(r"[\s-]", "", found).upper()
    number = "".join(str(int(sign, 36)) for sign in code[4:] + code[:4])
    return 15 <= len(code) <= 34 and int(number) % 97 == 1


def _telephone(found: str) -> bool:
    """Whether digits are as many, and begin, as those of a telephone number; a list of decimals or a count upwards is none."""
    groups = re.findall(r"\d+", found)
    steps = {int(after) - int(before) for before, after in pairwise(groups)}
    if re.fullmatch(r"0\.\d+(?:[\s-]+\d\.\d+)*", found) or (len(groups) > 4 and len(steps) == 1):
        return False
    number = re.sub(r"^(?:00)?44(0(?=\d{10}))?", "", "".join(groups))
    return re.match(r"\+(?!44)", found) is not None or re.fullmatch(r"0?[1235789]\d{8,9}", number) is not None


def _insurance(found: str) -> bool:
    """Whether two letters, six digits and a letter are no amount between short words (at 125 000 a)."""
    return not re.fullmatch(r"[a-z]{2}\s\d{3}\s?\d{3}\s[a-d]", found)


def _account(found: str) -> bool:
    """Whether the digits of an account are no day (20240331) and no pair of years (2023-2024)."""
    return not re.search(r"(?<!\d)(?:19|20)\d\d[ -]?(?:(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])|(?:19|20)\d\d)$", found)


def _always(found: str) -> bool:
    return True


def _spelt(words: str) -> str:
    """A text with full-width signs, dashes and spaces of every kind as a keyboard writes them, one space for several."""
    return re.sub(r"\s+", " ", words.translate(KEYBOARD))


KEYBOARD = {wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F)} | dict.fromkeys(map(ord, "‐‑‒–—―−"), "-")
START, END = r"(?<![\w+/-])(?<!\d\.)", r"(?![\w-])(?!\.\d)"
LABEL = r"\W{0,3}(?:(?:is|no|number|of)\b\W{0,3}){0,2}"
"""What stands between the name of a kind of number and the number."""
AREAS = (
    "AB|AL|B|BA|BB|BD|BH|BL|BN|BR|BS|BT|BX|CA|CB|CF|CH|CM|CO|CR|CT|CV|CW|DA|DD|DE|DG|DH|DL|DN|DT|DY|E|EC|EH|EN|EX|FK|FY|G|GL|GU|GY|"
    "HA|HD|HG|HP|HR|HS|HU|HX|IG|IM|IP|IV|JE|KA|KT|KW|KY|L|LA|LD|LE|LL|LN|LS|LU|M|ME|MK|ML|N|NE|NG|NN|NP|NR|NW|OL|OX|PA|PE|PH|PL|PO|PR|"
    "RG|RH|RM|S|SA|SE|SG|SK|SL|SM|SN|SO|SP|SR|SS|ST|SW|SY|TA|TD|TF|TN|TQ|TR|TS|TW|UB|W|WA|WC|WD|WF|WN|WR|WS|WV|YO|ZE"
)
"""The postcode areas of the United Kingdom and the Crown dependencies."""
TITLES = r"Mr|Mrs|Ms|Miss|Messrs|Mx|Dr|Prof|Professor|Rev|Revd|Reverend|(?<!Notre )Dame|MR|MRS|MISS|DR(?! Congo)"
"""Titles before a name. Not Sir, Lady and Lord, which begin names of wards and, in Welsh, of counties; nor Councillor."""
UPPER = "A-ZÀ-ÖØ-Þ" + "".join(chr(sign) for sign in range(0x100, 0x250) if chr(sign).isupper())
"""The capitals of the languages that are written in Latin letters."""
PARTICLES = r"(?:(?:v[ao]n|de[rnl]?|d[aiu]|la|le|[ae]l|ap|bin|ibn|St)[ -]|[dD][’'])*"
"""What may stand before a surname's capital."""
UNSEEN = "a sign that is not to be seen"
MONTHS = "(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
KINDS: Mapping[str, tuple[re.Pattern[str], Check]] = {
    "an e-mail address": (
        re.compile(
            r"[\w.+'-]+(?:\s?(?:@|%40|[(\[{]at[)\]}])\s?[\w-]+(?:\.[\w-]+|\s?[(\[{]dot[)\]}]\s?[\w-]+)*"
            r"(?:\.|\s?[(\[{]dot[)\]}]\s?)[^\W\d_]{2,}|\sat\s[^\W\d_][\w-]*(?:\sdot\s[\w-]+)+)",
            re.I,
        ),
        _always,
    ),
    "a telephone number": (
        re.compile(
            rf"(?:{START}|(?<=\btel)|(?<=\bmob))"
            r"(?:(?:(?:\+|00)44[\s.-]?(?:\(0\))?|\(?0)(?:[\s().-]{0,2}\d){9,10}|44\s?7\d{3}[\s-]?\d{6}"
            rf"|\+[1-9]\d{{0,2}}[\s.-]?\(?\d{{1,4}}\)?(?:[\s.-]?\d){{6,9}}){END}"
            rf"|\b(?:phone|mobile|mob|tel)\b{LABEL}7\d{{3}}\s?\d{{6}}{END}",  # the 0 lost in a spreadsheet
            re.I,
        ),
        _telephone,
    ),
    "a National Insurance number": (
        re.compile(
            r"(?<!\w)(?!BG|GB|NK|KN|TN|NT|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z](?:[\s.-]?\d){6}[\s.-]?[A-D](?!\w)"
            rf"|\b(?:national insurance|nino|ni no|ni number)\b{LABEL}[A-Z]{{2}}(?:\s?\d\d){{3}}\b",
            re.I,
        ),
        _insurance,
    ),
    "an NHS number": (
        re.compile(
            rf"(?:{START}|(?<=\bNHS))\d{{3}}(?:[\s-]?\d{{3}}[\s-]?|\.\d{{3}}\.)\d{{4}}{END}"
            rf"|\bNHS\b{LABEL}\d(?:[\s.-]?\d){{9}}{END}",
            re.I,
        ),
        _nhs,
    ),
    "a postcode": (
        re.compile(
            rf"(?<!\w)(?i:(?:{AREAS})\d[\dA-HJKMNPR-Y]?[\s-]?\d(?!(?-i:st|nd|rd|th)\b)|GIR\s?0)"
            r"(?:(?i:[ABD-HJLNP-UW-Z]{2})|[A-Z]{2})(?!\w)"  # capitals of any kind, as people mistype them
        ),
        _always,
    ),
    "a UPRN": (
        re.compile(
            rf"\b(?:UPRNs?|unique property reference)\b{LABEL}\d{{4,15}}\b"
            rf"|{START}(?:100\d{{8,9}}|200\d{{9}}|10[1-9]\d{{8}}){END}",
            re.I,
        ),
        lambda found: (
            not re.fullmatch(r"200\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:[01]\d|2[0-3])[0-5]\d", found)
        ),  # a moment in digits
    ),
    "a card number": (
        re.compile(
            rf"{START}(?=2[2-7]|3[04-9]|[4-6])"  # as issuers begin theirs, and no year does
            rf"(?:\d{{13,19}}|\d{{4}}([ .-])\d{{4}}\1\d{{4}}\1\d{{1,7}}|\d{{4}}([ -])\d{{6}}\2\d{{4,5}}){END}"
        ),
        _luhn,
    ),
    "a bank account": (
        re.compile(
            rf"{START}\d\d([ .-]?)\d\d\1\d\d[\s,;/]{{1,3}}(?:and\s)?(?:(?:account|acc|a/c|ac){LABEL})?\d{{8}}{END}"
            rf"|\b(?:account|acc|a/c|acct)\b\.?{LABEL}\d{{8}}\b|\baccount (?:no\b\.?|number):? \d{{4}}[ -]\d{{4}}\b"
            rf"|\bsort code\b{LABEL}\d\d([ -]?)\d\d\2\d\d\b",
            re.I,
        ),
        _account,
    ),
    "an IBAN": (
        re.compile(
            r"(?<!\w)(?:[A-Z]{2}\d{2}(?:[\s-]?[A-Z0-9]{4}){2,7}(?:[\s-]?[A-Z0-9]{1,3})?|[a-z]{2}\d{2}[a-z0-9]{11,30})(?!\w)"
        ),
        _iban,
    ),
    "a date of birth": (
        re.compile(
            r"\b(?:dob|d\.o\.b\.?|date of birth|birth ?date|born)(?: is| was)?(?: on)?(?: the)?\W{0,3}"
            r"(?:\d{1,4}[\s./-]\d{1,2}[\s./-]\d{2,4}"
            rf"|\d{{1,2}}(?:st|nd|rd|th)?(?: of)?[\s./-]?{MONTHS}[\s.,/-]{{0,2}}\d{{2,4}}"
            rf"|{MONTHS}\s\d{{1,2}}(?:st|nd|rd|th)?,?\s\d{{4}})|\bb\. ?\d{{1,2}}[./-]\d{{1,2}}[./-]\d{{2,4}}",
            re.I,
        ),
        _always,
    ),
    "a person's name": (
        re.compile(
            rf"\b(?:(?:{TITLES})(?:\. ?| )(?:[{UPPER}](?:\. ?| )){{0,3}}"
            rf"{PARTICLES}[{UPPER}](?:[^\W\d_]|[’'][{UPPER}])[\w’'-]*"
            r"|MS\.? (?:[A-Z]\.? )?[A-Z]['’A-Z-]+\b|mrs?\.? [a-z]{2,})"
        ),
        _always,
    ),
    UNSEEN: (
        re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200b\ufeff]"),
        _always,
    ),
}
"""Each kind: the pattern of a candidate, and the test that it is one."""
NUMBERS = ("an NHS number", "a card number", "a UPRN")
"""The kinds that can stand in a column of whole numbers."""
GLIMPSE = (
    r"[@＠\p{Nd}\p{Cc}\p{Cf}]|(?i:[(\[{]at[)\]}]|\bdot\b|\b(?:mr|mrs|ms|miss|messrs|mx|dr|prof|professor|revd?|reverend|dame)\b)"
)
"""In the database's regular expressions: what a text has without which it cannot hold any of the kinds."""


@dataclass(frozen=True)
class Finding:
    """A place of a release where a kind of personal data seems to stand; ``rows`` are the table's, or a file's lines."""

    where: str
    kind: str
    rows: tuple[int, ...]
    length: int

    def __str__(self) -> str:
        first = ", ".join(str(row) for row in self.rows[:3])
        what = f"{len(self.rows)} cells look like" if len(self.rows) > 1 else "1 cell looks like"
        return f"{self.where}: {what} {self.kind}; the first in row {first} ({self.length} signs: {'•' * min(self.length, 12)})."


def kinds_in(words: str, cleared: frozenset[str] = frozenset(), kinds: Iterable[str] = KINDS) -> dict[str, str]:
    """The kinds of personal data that a text seems to hold, each with the first place's own words.

    ``cleared`` are words that a person has looked at: whatever stands within them counts no more.
    """
    for known in cleared:
        words = words.replace(known, " ") if known else words
    found: dict[str, str] = {}
    spelt = _spelt(words)
    for kind in kinds:
        pattern, check = KINDS[kind]
        text_of_it = words if kind == UNSEEN else spelt
        hit = next((match[0] for match in pattern.finditer(text_of_it) if check(match[0])), None)
        if hit is not None:
            found[kind] = hit
    return found


def search(candidate: Path, cleared: Mapping[str, frozenset[str]], allowed: frozenset[str]) -> tuple[list[Finding], int]:
    """Everything personal that a release seems to hold, and how many cells were looked at.

    Every cell of text or of whole numbers of every table, and every line of every other text file. ``cleared`` are words by
    dataset, ``allowed`` words in all of them.
    """
    findings, cells = [], 0
    for dataset, descriptor in datasets_in(candidate).items():
        known = allowed | cleared.get(dataset, frozenset())
        for resource in descriptor["resources"]:
            found, looked = _in_table(
                candidate / dataset / table_path(resource), f"{dataset}/{resource['name']}", resource, known
            )
            findings += found
            cells += looked
        findings += list(_in_files(candidate / dataset, known))
    return findings, cells


def _in_table(path: Path, table: str, resource: Mapping[str, Any], known: frozenset[str]) -> tuple[list[Finding], int]:
    fields = resource["schema"]["fields"]
    findings: list[Finding] = []
    cells = 0
    with connect() as connection:
        connection.execute(f"create temporary table cells as select * from {csv(path, [one['name'] for one in fields])}")
        for one in (one for one in fields if one["type"] in ("string", "integer")):
            column, words = name(one["name"]), one["type"] == "string"
            cells += connection.execute(f"select count({column}) from cells").fetchall()[0][0]
            glimpse = f"regexp_matches({column}, {text(GLIMPSE)})" if words else f"length({column}) >= 10"
            query = f"select {column}, list(row order by row) from cells where {glimpse} group by {column} order by {column}"
            findings += _in_cells(
                f"{table}.{one['name']}", connection.execute(query).fetchall(), known, KINDS if words else NUMBERS
            )
    return findings, cells


def _in_cells(
    where: str, values: Sequence[tuple[str, list[int]]], known: frozenset[str], kinds: Iterable[str]
) -> Iterator[Finding]:
    """One finding for each kind that some cells of a column hold."""
    found: dict[str, tuple[list[int], int]] = {}
    for value, rows in values:
        for kind, hit in kinds_in(value, known, kinds).items():
            before, length = found.get(kind, ([], len(hit)))
            found[kind] = (before + rows, length)
    for kind, (rows, length) in found.items():
        yield Finding(where, kind, tuple(sorted(rows)), length)


def _in_files(dataset: Path, known: frozenset[str]) -> Iterator[Finding]:
    """What stands in the files that describe a dataset; files in folders hold only cells of its tables."""
    for path in sorted(dataset.iterdir()):
        if path.suffix in (".md", ".json", ".jsonld", ".ttl", ".html", ".txt", ".pq") and path.name != SUMS:
            lines = path.read_text(encoding="utf-8").splitlines()
            yield from _in_cells(f"{dataset.name}/{path.name}", [(line, [n]) for n, line in enumerate(lines, 1)], known, KINDS)

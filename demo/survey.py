"""The residents' survey: a wave each autumn, a row an answer, weighted (UTF-8 CSV with a byte order mark).

Belongs here: respondents and their answers. Does not belong here: how answers are weighted into a figure. The eight questions
are the set that the Local Government Association offers to all councils.
"""

from datetime import date
from random import Random

from demo.files import Delivery, csv_bytes, received_at
from demo.place import PEOPLE, wards_as_typed

HEADER = (
    "Wave", "Fieldwork start", "Fieldwork end", "Respondent", "Question", "Answer", "Weight", "Ward", "Age group", "Sex",
    "Prize draw e-mail",
)  # fmt: skip
RESPONDENTS = 1100

_FIVE = ("VS", "FS", "N", "FD", "VD", "DK", "REF", "")
_AGREE = ("SA", "TA", "N", "TD", "SD", "DK", "REF", "")
_FOUR = ("GD", "FA", "NVM", "NAA", "DK", "REF", "")
_WELL = ("VW", "FW", "NVW", "NWA", "DK", "REF", "")
_SAFE = ("VSF", "FSF", "N", "FUS", "VUS", "DK", "REF", "")
QUESTIONS: dict[str, tuple[tuple[str, ...], tuple[int, ...]]] = {
    "Q1": (_FIVE, (24, 50, 12, 8, 4, 1, 0, 1)),  # the local area
    "Q2": (_FIVE, (12, 44, 19, 14, 8, 2, 0, 1)),  # how the council runs things
    "Q3": (_AGREE, (8, 34, 26, 18, 9, 3, 1, 1)),  # value for money
    "Q4": (_FOUR, (7, 44, 31, 11, 5, 1, 1)),  # acts on the concerns of residents
    "Q5": (_WELL, (10, 43, 30, 13, 2, 1, 1)),  # keeps residents informed
    "Q6": (_FOUR, (9, 46, 28, 12, 3, 1, 1)),  # trust
    "Q7": (_SAFE, (26, 44, 12, 11, 5, 1, 0, 1)),  # safe outside after dark
    "Q8": (_SAFE, (52, 38, 5, 3, 1, 0, 0, 1)),  # safe outside by day
}
# How often the groups answer, against the share of residents each should stand for; weights make up the difference.
_AGES = {"16-34": (18, 30), "35-54": (30, 33), "55-74": (36, 26), "75+": (16, 11)}
_SEXES = {"F": (54, 50), "M": (43, 48), "O": (1, 1), "REF": (2, 1)}
# The whole council's mood in a wave: by how many per cent more often Q1 to Q6 get one of the first two answers.
_MOOD = {2021: 7, 2022: 0, 2023: -7, 2024: -11, 2025: -16}
_YOUNG = -25
"""Residents under 35 feel less often that the council acts on their concerns."""


def deliveries() -> list[Delivery]:
    """One file a wave."""
    return [
        Delivery(
            f"residents_survey/residents_survey_{year}.csv",
            received_at(date(year, 12, 9), 11),
            csv_bytes(HEADER, _rows(year, Random(f"wave {year}")), "utf-8-sig"),
        )
        for year in _MOOD
    ]


def _rows(year: int, rng: Random) -> list[list[str]]:
    """Every respondent's answer to every question, in the order of `HEADER`."""
    rows = []
    fieldwork = [str(year), f"27/09/{year}", f"05/11/{year}"]
    for number, ward in enumerate(wards_as_typed(rng, RESPONDENTS), start=1):
        age, age_weight = _group(rng, _AGES)
        sex, sex_weight = _group(rng, _SEXES)
        weight = f"{age_weight * sex_weight * rng.uniform(0.85, 1.15):.4f}"
        email = rng.choice(PEOPLE).email
        for question, (codes, shares) in QUESTIONS.items():
            mood = _MOOD[year] if question < "Q7" else 0
            mood += _YOUNG if age == "16-34" and question == "Q4" else 0
            first = [share * (1 + mood / 100) for share in shares[:2]]
            answer = rng.choices(codes, (*first, *shares[2:]))[0]
            rows.append([*fieldwork, f"{year}-{number:04}", question, answer, weight, ward, age, sex, email])
    return rows


def _group(rng: Random, groups: dict[str, tuple[int, int]]) -> tuple[str, float]:
    """A group, as often as it answers, and the weight that makes it stand for its share of residents."""
    name = rng.choices(list(groups), [answers for answers, _ in groups.values()])[0]
    answers, residents = groups[name]
    return name, residents / answers

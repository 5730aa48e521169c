"""The residents' survey: a wave each autumn, a row an answer, weighted (UTF-8 CSV with a byte order mark).

Belongs here: respondents and their answers. Does not belong here: how answers are weighted into a figure.
"""

from dataclasses import dataclass
from datetime import date
from random import Random

from demo.files import Delivery, csv_bytes, received_at
from small_council.place import person, ward_as_typed

HEADER = (
    "Wave", "Fieldwork start", "Fieldwork end", "Respondent", "Question", "Answer", "Weight", "Ward", "Age group",
    "Sex", "Prize draw e-mail",
)  # fmt: skip

QUESTIONS = ("Q1", "Q2", "Q3")
CODES = ("VS", "FS", "N", "FD", "VD", "DK", "REF", "")
_RESPONDENTS = 400

# How often the groups answer, against the share of residents each should stand for; weights make up the difference.
_AGES = {"16-34": (18, 30), "35-54": (30, 33), "55-74": (36, 26), "75+": (16, 11)}
_SEXES = {"F": (54, 50), "M": (43, 48), "O": (1, 1), "REF": (2, 1)}


@dataclass(frozen=True)
class Wave:
    """One wave: its name, fieldwork, day of receipt, and for each question how often each of `CODES` is chosen."""

    name: str
    start: date
    end: date
    received: date
    choices: tuple[tuple[int, ...], ...]


WAVES = (
    Wave("2023", date(2023, 10, 2), date(2023, 11, 10), date(2023, 12, 11),
         ((14, 42, 18, 14, 8, 2, 1, 1), (22, 48, 13, 9, 5, 1, 1, 1), (26, 44, 10, 11, 6, 1, 1, 1))),
    Wave("2024", date(2024, 9, 30), date(2024, 11, 8), date(2024, 12, 10),
         ((12, 40, 19, 16, 10, 1, 1, 1), (22, 47, 13, 10, 5, 1, 1, 1), (27, 45, 10, 9, 6, 1, 1, 1))),
    Wave("2025", date(2025, 9, 29), date(2025, 11, 7), date(2025, 12, 9),
         ((17, 44, 16, 12, 7, 2, 1, 1), (23, 47, 13, 9, 5, 1, 1, 1), (17, 38, 14, 17, 11, 1, 1, 1))),
)  # fmt: skip


def deliveries() -> list[Delivery]:
    """One file a wave."""
    return [
        Delivery(
            f"residents_survey/residents_survey_{wave.name}.csv",
            received_at(wave.received, 11),
            csv_bytes(HEADER, _rows(wave, Random(int(wave.name))), "utf-8-sig"),
        )
        for wave in WAVES
    ]


def _rows(wave: Wave, rng: Random) -> list[list[str]]:
    """Every respondent's answer to every question, in the order of `HEADER`."""
    rows = []
    for number in range(1, _RESPONDENTS + 1):
        age, age_weight = _group(rng, _AGES)
        sex, sex_weight = _group(rng, _SEXES)
        weight = age_weight * sex_weight * rng.uniform(0.85, 1.15)
        ward, email = ward_as_typed(rng), person(rng).email
        for question, shares in zip(QUESTIONS, wave.choices, strict=True):
            answer = rng.choices(CODES, shares)[0]
            rows.append(
                [wave.name, f"{wave.start:%d/%m/%Y}", f"{wave.end:%d/%m/%Y}", f"{wave.name}-{number:04}", question,
                 answer, f"{weight:.4f}", ward, age, sex, email]
            )  # fmt: skip
    return rows


def _group(rng: Random, groups: dict[str, tuple[int, int]]) -> tuple[str, float]:
    """A group, as often as it answers, and the weight that makes it stand for its share of residents."""
    name = rng.choices(list(groups), [answers for answers, _ in groups.values()])[0]
    answers, residents = groups[name]
    return name, residents / answers

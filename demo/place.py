"""Exampleshire itself: its code, wards and residents, and invented people for the columns that must never be published.

Belongs here: what several kinds of record share. Does not belong here: records.
"""

from dataclasses import dataclass
from itertools import accumulate
from random import Random

COUNCIL_CODE = "E06000999"
COUNCIL_NAME = "Exampleshire"


@dataclass(frozen=True)
class Ward:
    """A ward: its code, name and residents in mid-2020, and how much more or less its people ask of the council."""

    code: str
    name: str
    residents: int
    demand: float


_WARDS = (
    ("Abbey", 16_900, 1.2), ("Bridge End", 15_800, 1.1), ("Châtelain", 14_700, 1.0), ("Dockside", 18_200, 1.5),
    ("Elmfield", 13_900, 0.8), ("Fairoak", 1_850, 0.6), ("Gallows Hill", 15_300, 1.2), ("Harbour", 17_400, 1.4),
    ("Ivybridge Road", 14_100, 1.0), ("Jubilee", 16_200, 1.1), ("Kingsmead", 13_300, 0.7), ("Lower Marsh", 15_900, 1.3),
    ("Market", 17_800, 1.2), ("Netherby", 12_900, 0.7), ("Old Quarry", 14_800, 0.9), ("Priory", 15_100, 1.0),
    ("Queen’s Park", 16_600, 1.1), ("Riverside", 15_700, 1.0), ("St Anne’s", 14_300, 0.9), ("Yarrow Edge", 1_250, 0.5),
)  # fmt: skip

# Fairoak and Yarrow Edge have few people: most of their counts are 1 to 4 and are withheld.
SMALL_WARDS = ("E05099906", "E05099920")
WARDS = tuple(
    Ward(f"E050999{place:02}", name, residents, demand) for place, (name, residents, demand) in enumerate(_WARDS, start=1)
)

PLANTED = ("01632 960", "@example.com", "Imaginary Street", "Testperson")
"""Text that stands only in columns of personal details, so that a search can prove that none of it is ever published."""


@dataclass(frozen=True)
class Person:
    """An invented person; each field holds one of the texts in `PLANTED`."""

    name: str
    phone: str
    email: str
    address: str


_FIRST_NAMES = ("Ada", "Bashir", "Chloë", "Dafydd", "Eilidh", "Femi", "Grace", "Harpreet", "Inés", "Jakub")
PEOPLE = tuple(
    Person(
        name=f"{_FIRST_NAMES[number % 10]} Testperson",
        phone=f"01632 960{number:03}",
        email=f"resident{number:03}@example.com",
        address=f"{1 + number % 180} Imaginary Street",
    )
    for number in range(500)
)
"""Invented people, with telephone numbers from the range kept for drama."""


def _spellings() -> tuple[list[str], list[float]]:
    """Every way in which a system writes a ward, with how often: its name, in capitals, with Ward, a number, or nothing."""
    marks, often = [], []
    for place, ward in enumerate(WARDS, start=1):
        ways = (ward.name, ward.name.upper(), f"{ward.name} Ward", f"{place:02}", "")
        for way, share in zip(ways, (84, 6, 5, 3, 2), strict=True):
            marks.append(way)
            often.append(ward.residents * ward.demand * share)
    return marks, list(accumulate(often))


_MARKS, _OFTEN = _spellings()


def wards_as_typed(rng: Random, number: int) -> list[str]:
    """So many wards as they come out of a system, each as often as its people ask for something."""
    return rng.choices(_MARKS, cum_weights=_OFTEN, k=number)

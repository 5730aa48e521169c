"""Exampleshire itself: its code, wards and residents, and invented people for the columns that must never be published.

Belongs here: what several kinds of record share. Does not belong here: records.
"""

from dataclasses import dataclass
from random import Random

COUNCIL_CODE = "E06000999"
COUNCIL_NAME = "Exampleshire"


@dataclass(frozen=True)
class Ward:
    """A ward: its code and name, residents in mid-2022, and its share of what is reported to the council."""

    code: str
    name: str
    residents: int
    share: float


WARDS = (
    Ward("E05099901", "Abbey", 33_410, 22.5),
    Ward("E05099902", "Bridge End", 30_280, 20.5),
    Ward("E05099903", "Châtelain", 27_960, 19.0),
    Ward("E05099904", "Dockside", 29_750, 23.0),
    Ward("E05099905", "Elmfield", 23_480, 13.2),
    # Few people, few records: most of its quarters hold 1 to 4 and are withheld.
    Ward("E05099906", "Fairoak", 2_620, 1.8),
)

PLANTED = ("01632 960", "@example.com", "Imaginary Street", "Testperson")
"""Text that stands only in columns of personal details, so that a search can prove that none of it is ever published."""

_FIRST_NAMES = ("Ada", "Bashir", "Chloë", "Dafydd", "Eilidh", "Femi", "Grace", "Harpreet", "Inés", "Jakub")


@dataclass(frozen=True)
class Person:
    """An invented person; each field holds one of the texts in `PLANTED`."""

    name: str
    phone: str
    email: str
    address: str


def person(rng: Random) -> Person:
    """An invented person, with a telephone number from the range kept for drama."""
    first, number = rng.choice(_FIRST_NAMES), rng.randrange(1000)
    return Person(
        name=f"{first} Testperson",
        phone=f"01632 960{number:03}",
        email=f"resident{number:03}@example.com",
        address=f"{1 + number % 180} Imaginary Street",
    )


def ward_as_typed(rng: Random) -> str:
    """A ward as it comes out of a system: its name, in capitals, with the word Ward, as a number, or left empty."""
    place = rng.choices(range(len(WARDS)), [ward.share for ward in WARDS])[0]
    name = WARDS[place].name
    spellings = (name, name.upper(), f"{name} Ward", f"{place + 1:02}", "")
    return rng.choices(spellings, (80, 7, 6, 4, 3))[0]

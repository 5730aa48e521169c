"""Who publishes: the council's own facts, from ``council.yml``.

Belongs here: reading that file. Does not belong here: what a step makes of its facts.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pipelines.config import ConfigError, load_yaml


@dataclass(frozen=True)
class Area:
    """One area within the council: GSS ``code``, ``name``, ``area_type`` and the other names systems give it."""

    code: str
    name: str
    area_type: str
    also: tuple[str, ...]


@dataclass(frozen=True)
class Council:
    """The facts of one council.

    ``smallest_count`` is the smallest count of people that may be published, ``zeros_shown`` whether none may be, and
    ``round_to`` the base that published counts are rounded to, 1 for not at all.
    """

    name: str
    area_code: str
    contact_name: str
    contact_email: str
    licence: str
    homepage: str | None
    year_starts_in: int
    provisional_days: int
    smallest_count: int
    areas: tuple[Area, ...]
    zeros_shown: bool = True
    round_to: int = 1

    @property
    def area_labels(self) -> dict[str, str]:
        """Every name of every area, in lower case, with the area's code; the whole council's among them."""
        labels = {self.area_code.lower(): self.area_code, self.name.lower(): self.area_code}
        for area in self.areas:
            labels |= {label.lower(): area.code for label in (area.code, area.name, *area.also)}
        return labels


def load_council(path: Path) -> Council:
    """The council of ``council.yml``. Raises :class:`ConfigError` for any fault in it."""
    content = load_yaml(path, "council")
    seen = dict.fromkeys((content["area_code"].lower(), content["name"].lower()), content["area_code"])
    problems = []
    areas = []
    for index, area in enumerate(content["areas"]):
        for label in {text.lower() for text in (area["code"], area["name"], *area.get("also", []))}:
            if label in seen:
                what = f"`{label}` is already a name of area {seen[label]}; one name can mean only one area."
                problems.append(content.problem(["areas", index], what))
            seen[label] = area["code"]
        areas.append(Area(area["code"], area["name"], area["type"], tuple(area.get("also", []))))
    if problems:
        raise ConfigError(problems)
    disclosure = content.get("disclosure", {})
    return Council(
        name=content["name"],
        area_code=content["area_code"],
        contact_name=content["contact"]["name"],
        contact_email=content["contact"]["email"],
        licence=content["licence"],
        homepage=content.get("homepage"),
        year_starts_in=content.get("year_starts_in", 4),
        provisional_days=content.get("provisional_days", 30),
        smallest_count=disclosure.get("smallest_count", 5),
        areas=tuple(areas),
        zeros_shown=disclosure.get("zeros", "shown") == "shown",
        round_to=disclosure.get("round_to", 1),
    )

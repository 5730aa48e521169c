"""Who publishes: the council's own facts, from ``council.yml``.

Belongs here: reading that file. Does not belong here: what a step makes of its facts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pipelines import lists, moments
from pipelines.config import ConfigError, load_yaml


@dataclass(frozen=True)
class Area:
    """One area within the council: GSS ``code``, ``name``, ``area_type`` and the other names systems give it.

    ``groups`` are the groups of areas it belongs to, each by its kind (``deprivation_fifth``) and its name.
    """

    code: str
    name: str
    area_type: str
    also: tuple[str, ...]
    groups: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Budget:
    """How large published things may be, in megabytes of a million bytes: a table in one file, any file, all files together."""

    table_mb: float = 50
    file_mb: float = 95
    repository_mb: float = 900


@dataclass(frozen=True)
class ComparatorGroup:
    """Authorities to be compared with: a ``name``, its ``kind``, and the GSS codes of its ``areas``.

    Without areas, the group has those whose figures name it as their group.
    """

    name: str
    kind: str
    areas: tuple[str, ...]


@dataclass(frozen=True)
class Council:
    """The facts of one council.

    ``smallest_count`` is the smallest count of people that may be published, ``zeros_shown`` whether none may be, and
    ``round_to`` the base that published counts are rounded to, 1 for not at all.
    ``lists`` are lists of codes by name; ``time_zone`` is that of the council's local times. ``data_address`` is where the
    published folders can be read over the web, with a slash at its end; ``None`` where the council has not said.
    ``no_change_band`` is how far a figure may move, in its own unit, and still be called unchanged.
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
    lists: Mapping[str, lists.Stated] = field(default_factory=dict)
    time_zone: str = "Europe/London"
    data_address: str | None = None
    budget: Budget = Budget()
    comparator_groups: tuple[ComparatorGroup, ...] = ()
    no_change_band: float = 0.05
    zeros_shown: bool = True
    round_to: int = 1

    @property
    def area_labels(self) -> dict[str, str]:
        """Every name of every area, as it is compared, with the area's code; the whole council's among them."""
        named = {self.area_code: [self.name]} | {area.code: [area.name, *area.also] for area in self.areas}
        return lists.labels(named)


def load_council(path: Path) -> Council:
    """The council of ``council.yml``. Raises :class:`ConfigError` for any fault in it."""
    content = load_yaml(path, "council")
    seen = dict.fromkeys((lists.folded(content["area_code"]), lists.folded(content["name"])), content["area_code"])
    problems = []
    areas = []
    for index, area in enumerate(content["areas"]):
        for label in {lists.folded(text) for text in (area["code"], area["name"], *area.get("also", []))}:
            if label in seen:
                what = f"`{label}` is already a name of area {seen[label]}; one name can mean only one area."
                problems.append(content.problem(["areas", index], what))
            seen[label] = area["code"]
        groups = tuple(sorted(area.get("groups", {}).items()))
        areas.append(Area(area["code"], area["name"], area["type"], tuple(area.get("also", [])), groups))
    for name, stated in content.get("lists", {}).items():
        problems += [content.problem(["lists", name], what) for _, what in lists.clashes(stated)]
    if not moments.is_zone(content.get("time_zone", "UTC")):
        problems.append(content.problem(["time_zone"], "there is no such time zone; write one such as Europe/London."))
    groups = content.get("comparator_groups", [])
    names = [group["name"] for group in groups]
    for index, group in enumerate(groups):
        if group["name"] in names[:index]:
            what = f"the group `{group['name']}` stands twice; give all its areas in one place."
            problems.append(content.problem(["comparator_groups", index], what))
    if problems:
        raise ConfigError(problems)
    address = content.get("data_address")
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
        lists=content.get("lists", {}),
        time_zone=content.get("time_zone", "Europe/London"),
        data_address=f"{address.rstrip('/')}/" if address else None,
        budget=Budget(**content.get("size", {})),
        comparator_groups=tuple(ComparatorGroup(one["name"], one["kind"], tuple(one.get("areas", []))) for one in groups),
        no_change_band=content.get("no_change_band", 0.05),
        zeros_shown=disclosure.get("zeros", "shown") == "shown",
        round_to=disclosure.get("round_to", 1),
    )

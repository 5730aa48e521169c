"""Files of one source that look otherwise: by the day they came, by their name, or by their heading.

Belongs here: what ``shapes`` in ``source.yml`` says, and which shape a delivery has. Does not belong here: reading it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from pipelines.config import Config
from pipelines.formats import BrokenDelivery, names_of

if TYPE_CHECKING:
    from pipelines.land import Delivery
    from pipelines.sources import Source
    from pipelines.workspace import Workspace


@dataclass(frozen=True)
class Shape:
    """One shape: ``when`` says which deliveries have it, ``source`` how they are read."""

    name: str
    when: dict[str, Any]
    source: Source


def chosen(source: Source, delivery: Delivery, workspace: Workspace) -> Source:
    """The source as it is stated for this delivery: by the one shape that fits, or as it stands where none does.

    Raises :class:`BrokenDelivery` where several fit.
    """
    fitting = [shape for shape in source.shapes if _fits(shape, delivery, workspace)]
    if len(fitting) > 1:
        names = " and ".join(f"`{shape.name}`" for shape in fitting)
        raise BrokenDelivery(f"the file has the shapes {names} of source.yml at once, so nobody can know how to read it")
    return fitting[0].source if fitting else source


def _fits(shape: Shape, delivery: Delivery, workspace: Workspace) -> bool:
    when, received = shape.when, delivery.received_at.date()
    if "received_from" in when and received < date.fromisoformat(when["received_from"]):
        return False
    if "received_before" in when and received >= date.fromisoformat(when["received_before"]):
        return False
    if "file_name" in when and not re.search(when["file_name"], delivery.file_name):
        return False
    if "columns" not in when:
        return True
    try:
        names = names_of(workspace.blobs / delivery.sha256, shape.source.format, workspace.state)
    except BrokenDelivery:
        return False
    return {" ".join(name.split()) for name in when["columns"]} <= set(names)


def stated(config: Config) -> Iterator[tuple[str, dict[str, Any], Config]]:
    """Every shape with when it applies and the whole source as it is stated then; lines are those of what is stated."""
    for name, shape in config.get("shapes", {}).items():
        content = {part: value for part, value in config.items() if part != "shapes"}
        content |= {part: value for part, value in shape.items() if part != "when"}
        columns = config["columns"] | shape.get("columns", {})
        content["columns"] = {field: column for field, column in columns.items() if column is not None}
        own = {at[2:]: line for at, line in config.lines.items() if at[:2] == ("shapes", name) and len(at) > 2}
        own.pop(("columns",), None)  # the columns of a shape stand beside those of the source
        yield name, shape["when"], Config(content, config.path, config.lines | own)


def faults(config: Config) -> Iterator[str]:
    """What is wrong with when shapes are said to apply."""
    for name, shape in config.get("shapes", {}).items():
        at = ["shapes", name, "when"]
        for bound in ("received_from", "received_before"):
            try:
                date.fromisoformat(shape["when"].get(bound, "2000-01-01"))
            except ValueError:
                yield config.problem([*at, bound], "this is no day; write it as 2026-04-01.")
        try:
            re.compile(shape["when"].get("file_name", ""))
        except re.error as error:
            yield config.problem([*at, "file_name"], f"this is not a regular expression: {error}.")

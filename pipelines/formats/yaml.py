"""YAML as people write it: a list of records, or names of which one leads to that list.

Belongs here: reading such a document as text, refusing what could unfold without end or mean something else than it shows. Does
not belong here: what of a record goes into which cell (objects), encodings (text), the project's own YAML (config).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

import yaml

from pipelines.formats.delivery import BrokenDelivery, OpenDelivery
from pipelines.formats.objects import TOO_DEEP, NamedTwice, batches, named
from pipelines.formats.text import as_utf8

LARGEST = 16_777_216
"""Bytes; a document is read whole, and nobody writes a longer one by hand."""
DEEPEST = 30
NOTHING = ("", "~", "null", "Null", "NULL")
HINT = "words that hold a colon and a space, or begin with a sign such as * or a quotation mark, must stand in quotes"
NO_RECORD = "not a record of names and values"


def open_yaml(path: Path, form: dict[str, Any], columns: list[str], scratch: Path) -> OpenDelivery:
    """The records of one list, which is the whole document or stands at the dotted path ``records``.

    Every value is text as it is written: ``007``, ``yes`` and ``2026-04-01`` stay what they are; only nothing, ``~`` and
    ``null`` are no value. Raises :class:`BrokenDelivery` where the document is not YAML, has references or tags, has no such
    list, or its records lack a name.
    """
    if path.stat().st_size > LARGEST:
        raise BrokenDelivery(f"the file is longer than the {LARGEST} bytes that are read of YAML; send CSV or JSON lines")
    records = listed(document(as_utf8(path, form, scratch)), form.get("records", ""))
    opened = OpenDelivery(iter(()))
    opened.batches = batches(records, columns, opened, NO_RECORD)
    return opened


def document(path: Path) -> Any:
    """What a YAML file in UTF-8 says, as lists, dictionaries and texts. Raises :class:`BrokenDelivery` where it is unsafe."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return _Events(yaml.parse(file, Loader=yaml.CSafeLoader)).document()
    except yaml.MarkedYAMLError as error:
        where = f", in line {error.problem_mark.line + 1}" if error.problem_mark else ""
        raise BrokenDelivery(f"the file cannot be read as YAML: {error.problem}{where}; {HINT}") from None
    except yaml.reader.ReaderError as error:
        raise BrokenDelivery(f"the file cannot be read as YAML: {error.reason}") from None


def listed(found: Any, place: str) -> list[Any]:
    """The list at a dotted path of a document. Raises :class:`BrokenDelivery` where there is none."""
    names = [name for name in place.split(".") if name]
    for depth, name in enumerate(names, 1):
        so_far = ".".join(names[:depth])
        if not isinstance(found, dict) or name not in found:
            raise BrokenDelivery(f"the file has nothing at `{so_far}`, where `format.records` says its records are")
        if isinstance(found, NamedTwice):
            raise BrokenDelivery(f"a name stands twice beside `{so_far}`, so nobody can know which list is meant")
        found = found[name]
    if not isinstance(found, list):
        where = f"at `{place}`" if names else "at the top; name its place in `format.records`"
        raise BrokenDelivery(f"the file has no list of records {where}")
    return found


class _Events:
    """The one document that a stream of YAML events is, without ever following a reference or a tag."""

    def __init__(self, events: Iterator[Any]) -> None:  # what is known of an event depends on its kind
        self.events = events

    def document(self) -> Any:
        next(self.events)  # the stream begins
        if isinstance(next(self.events), yaml.StreamEndEvent):
            raise BrokenDelivery("the file holds nothing")
        found = self._value(next(self.events), 0)
        next(self.events)  # the document ends
        following = next(self.events)
        if not isinstance(following, yaml.StreamEndEvent):
            self._refuse(following, "another document begins; put all records into one list")
        return found

    def _value(self, event: Any, depth: int) -> Any:
        if isinstance(event, yaml.AliasEvent) or event.anchor:
            self._refuse(event, "a reference (`&` or `*`) can unfold without end; write the words out, or put them in quotes")
        if event.tag:
            self._refuse(event, "a tag (`!`) would make something else of what is written; leave it out, or use quotes")
        if isinstance(event, yaml.ScalarEvent):
            return None if event.implicit[0] and event.value in NOTHING else event.value
        if depth == DEEPEST:
            self._refuse(event, f"the document {TOO_DEEP}")
        if isinstance(event, yaml.SequenceStartEvent):
            return [self._value(item, depth + 1) for item in self._until(yaml.SequenceEndEvent)]
        return named([(self._name(key), self._value(next(self.events), depth + 1)) for key in self._until(yaml.MappingEndEvent)])

    def _until(self, end: type) -> Iterator[Any]:
        while not isinstance(event := next(self.events), end):
            yield event

    def _name(self, event: Any) -> str:
        if isinstance(event, yaml.CollectionStartEvent):
            self._refuse(event, "a name must be text, not a list or names of its own")
        name = self._value(event, 0)
        if name == "<<" and event.implicit[0]:
            self._refuse(event, "a merge (`<<`) takes values from elsewhere; write them out")
        return str(event.value if name is None else name)

    def _refuse(self, event: Any, why: str) -> NoReturn:
        raise BrokenDelivery(f"the file cannot be used, line {event.start_mark.line + 1}: {why}")

"""XML: elements of one kind, each a record.

Belongs here: finding the records, their values by name, and a parser that no document can make unfold without end. Does not
belong here: the XML inside workbooks (sheet_look), which is read with the same parser.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.parsers import expat

import polars as pl

from pipelines.formats import delivery
from pipelines.formats.delivery import LONGEST_CELL, BrokenDelivery, OpenDelivery, frame, need

BLOCK = 1 << 20
LONGEST_TAG = 16_777_216
"""Bytes; a tag with all its attributes has to be held whole."""
BETWEEN = "."


def safe_parser() -> expat.XMLParserType:
    """A parser that gives names after their namespace and a space.

    A document that declares entities is refused with :class:`BrokenDelivery`: a few lines of them can stand for more text than
    any memory holds, or for a file of this machine.
    """
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.EntityDeclHandler = _refuse
    return parser


def _refuse(*_: Any) -> None:
    raise BrokenDelivery("the file declares entities of its own, which can unfold without end; an honest one has none")


def plain(name: str) -> str:
    """The name of an element or attribute without its namespace."""
    return name.rpartition(" ")[2]


def open_xml(path: Path, form: dict[str, Any], columns: list[str], scratch: Path) -> OpenDelivery:
    """Every element at the path ``records`` (names with dots between, from the outermost element on) is a record.

    A column is the name of an element within it, or names with dots between; one that begins with ``@`` is an attribute.
    Namespaces do not count. The document itself says how it is encoded. Raises :class:`BrokenDelivery` where it is not XML,
    declares entities, has nothing where its records should be, or its records lack a name.
    """
    opened = OpenDelivery(iter(()))
    opened.batches = _batches(path, form["records"], columns, opened)
    return opened


def _batches(path: Path, records: str, columns: list[str], opened: OpenDelivery) -> Iterator[pl.DataFrame]:
    found = _Records(records.split(BETWEEN), columns)
    parser, fed, first = safe_parser(), 0, True
    parser.StartElementHandler, parser.EndElementHandler = found.start, found.end
    parser.CharacterDataHandler = found.text
    with path.open("rb") as file:
        while True:
            block = file.read(BLOCK)
            try:
                parser.Parse(block, not block)
            except expat.ExpatError as error:
                why = expat.errors.messages[error.code]
                raise BrokenDelivery(f"the file cannot be read as XML: {why}, in line {error.lineno}") from None
            except (LookupError, ValueError) as error:
                raise BrokenDelivery(f"the file cannot be read as XML: {type(error).__name__} in its encoding") from None
            fed += len(block)
            if fed - parser.CurrentByteIndex > LONGEST_TAG:
                raise BrokenDelivery(f"the file cannot be read as XML: a tag in it is longer than {LONGEST_TAG} bytes")
            if not block or len(found.rows) >= delivery.BATCH_ROWS:
                if first:
                    opened.names = sorted(found.names)
                    found.check(records)
                yield frame(found.rows, columns)
                found.rows, first = [], False
            if not block:
                return


class _Records:
    """The records of a document as it goes by: ``rows`` of number, why it cannot be read, and the cell of each column."""

    def __init__(self, place: list[str], columns: list[str]) -> None:
        self.place, self.columns = place, columns
        self.rows: list[list[Any]] = []
        self.number, self.names, self.reached = 0, set[str](), 0
        self.open: list[str] = []
        self.cells: dict[str, list[str]] = {}
        self.twice = False

    def start(self, name: str, given: dict[str, str]) -> None:
        self.open.append(plain(name))
        depth = len(self.open)
        if self.open == self.place[:depth]:
            self.reached = max(self.reached, depth)
        if self.open == self.place:
            self.number += 1
            self.cells, self.twice = {}, False
        elif self._inside():
            self._begin(self._name())
        if self._inside() or self.open == self.place:
            for attribute, value in given.items():
                self._begin(BETWEEN.join([*self.open[len(self.place) :], "@" + plain(attribute)]), value)

    def text(self, text: str) -> None:
        """Text of an element; what goes beyond the longest cell only makes it too long."""
        if self._inside():
            parts = self.cells.get(self._name(), [])
            if sum(map(len, parts)) <= LONGEST_CELL:
                parts.append(text)

    def end(self, name: str) -> None:
        if self.open == self.place:
            cells = ["".join(self.cells[column]) if column in self.cells else None for column in self.columns]
            self.rows.append([self.number, "a name stands twice in the record" if self.twice else None, *cells])
        self.open.pop()

    def check(self, records: str) -> None:
        """Raise :class:`BrokenDelivery` where there is no place for records, or no record has a needed name."""
        if self.reached < max(len(self.place) - 1, 1):
            raise BrokenDelivery(f"the file has nothing at `{records}`, where `format.records` says its records are")
        if self.rows:
            need(self.columns, self.columns, sorted(self.names))

    def _inside(self) -> bool:
        return len(self.open) > len(self.place) and self.open[: len(self.place)] == self.place

    def _name(self) -> str:
        return BETWEEN.join(self.open[len(self.place) :])

    def _begin(self, name: str, *text: str) -> None:
        self.names.add(name)
        if name in self.columns:
            self.twice = self.twice or name in self.cells
            self.cells[name] = [*text]

"""JSON: lines of objects, or one document with an array of them.

Belongs here: finding the records. Does not belong here: what of a record goes into which cell (objects), encodings (text).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from pipelines.formats import delivery
from pipelines.formats.delivery import BrokenDelivery, OpenDelivery, fault
from pipelines.formats.objects import HALF_CHARACTER, NAMED_TWICE, TOO_DEEP, batches, named, need_some
from pipelines.formats.text import as_utf8

BLOCK = 1 << 20
LONGEST_VALUE = 16_777_216
NOT_AN_OBJECT = "not a JSON object"


def open_jsonl(path: Path, form: dict[str, Any], columns: list[str], scratch: Path) -> OpenDelivery:
    """One object a line. Raises :class:`BrokenDelivery` where it is not that or lacks a name."""
    text = as_utf8(path, form, scratch, may_be_marked=False)
    if not text.stat().st_size:
        raise BrokenDelivery("the file is empty")
    opened = OpenDelivery(iter(()))
    opened.batches = _lines(text, columns, scratch, opened)
    return opened


def _lines(path: Path, columns: list[str], scratch: Path, opened: OpenDelivery) -> Iterator[pl.DataFrame]:
    lines = "select json from read_ndjson_objects(?)"
    picked = "".join(
        f", coalesce(json_extract_string(json, {_literal(_pointer([c]))}), "
        f"json_extract_string(json, {_literal(_pointer(c.split('.')))})) as {_quoted(c)}"
        for c in columns
    )
    query = f"""
        select
            row_number() over () as row_number{picked},
            case
                when json_type(json) <> 'OBJECT' then '{NOT_AN_OBJECT}'
                when len(json_keys(json)) <> len(list_distinct(json_keys(json))) then '{NAMED_TWICE}'
            end as unreadable
        from ({lines})
    """
    known = f"select distinct unnest(json_keys(json)) as name from ({lines} limit {delivery.BATCH_ROWS}) order by name"
    with duckdb.connect() as connection:
        connection.execute(f"set temp_directory = '{scratch}'")
        try:
            opened.names = [str(name) for (name,) in connection.execute(known, [str(path)]).fetchall()]
            need_some(columns, opened.names)
            for arrow in connection.sql(query, params=[str(path)]).to_arrow_reader(delivery.BATCH_ROWS):
                batch = pl.from_arrow(arrow)
                assert isinstance(batch, pl.DataFrame)
                yield batch
        except duckdb.Error as error:
            raise fault(error, f"the file cannot be read as JSON lines: {_bad_line(path)}") from None


def _bad_line(path: Path) -> str:
    """The first line that is not JSON, and why; nothing of what it says."""
    with path.open("rb") as file:
        for number, line in enumerate(iter(lambda: file.readline(LONGEST_VALUE), b""), 1):
            try:
                if len(line) == LONGEST_VALUE:
                    return f"line {number} is longer than {LONGEST_VALUE} bytes"
                if line.strip() and HALF_CHARACTER.search(json.dumps(json.loads(line.decode()), ensure_ascii=False)):
                    return f"line {number} has half of a character"
            except json.JSONDecodeError as error:
                return f"line {number} is not JSON ({error.msg})"
            except RecursionError:
                return f"line {number} {TOO_DEEP}"
    return "a line is not what JSON allows"


def open_json(path: Path, form: dict[str, Any], columns: list[str], scratch: Path) -> OpenDelivery:
    """The objects of one array, which is the whole document or stands at the dotted path ``records``.

    Raises :class:`BrokenDelivery` where the document is not JSON, has no such array, or its records lack a name.
    """
    text = as_utf8(path, form, scratch)
    opened = OpenDelivery(iter(()))
    place = [part for part in form.get("records", "").split(".") if part]
    opened.batches = batches(_Document(text).array(place), columns, opened, NOT_AN_OBJECT)
    return opened


def _no_number(word: str) -> Any:
    raise json.JSONDecodeError(f"{word} is no number", word, 0)


class _Document:
    """A JSON document read from its beginning, holding no more of it than one value; numbers stay as they are written."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.decoder = json.JSONDecoder(
            object_pairs_hook=named, parse_int=str, parse_float=str, parse_constant=_no_number, strict=True
        )
        self.text, self.at, self.records = "", 0, 0

    def array(self, names: list[str]) -> Iterator[Any]:
        """The elements of the array found by following the names from the whole document inwards."""
        with self.path.open(encoding="utf-8-sig", newline="") as self.file:
            for depth, name in enumerate(names):
                self._enter(name, ".".join(names[: depth + 1]))
            if self._peek() != "[":
                where = f"at `{'.'.join(names)}`" if names else "at the top; name their place in `format.records`"
                raise BrokenDelivery(f"the file has no array of records {where}")
            self.at += 1
            separator = ""
            while self._peek() != "]":
                if separator and self._take() != ",":
                    raise self._bad("Expecting ',' delimiter")
                separator = ","
                yield self._next()
                self.records += 1
            self.at += 1
            if not names and self._peek():
                raise self._bad("Extra data")
            self._rest(len(names))

    def _enter(self, name: str, so_far: str) -> None:
        """Go to the value of a name of the object that begins here."""
        if self._peek() == "{":
            self.at += 1
            while self._peek() == '"':
                found = self._next()
                if self._take() != ":":
                    raise self._bad("Expecting ':' delimiter")
                if found == name:
                    return
                self._next()
                if self._peek() == ",":
                    self.at += 1
        raise BrokenDelivery(f"the file has nothing at `{so_far}`, where `format.records` says its records are")

    def _rest(self, depth: int) -> None:
        """What follows the records: the ends of the objects around them, and their other values."""
        while depth:
            found = self._take()
            if found == "}":
                depth -= 1
            elif found == ",":
                self._next()
                if self._take() != ":":
                    raise self._bad("Expecting ':' delimiter")
                self._next()
            else:
                raise self._bad("Expecting ',' delimiter")
        if self._peek():
            raise self._bad("Extra data")

    def _peek(self) -> str:
        """The next character that is not a space; nothing at the end."""
        while True:
            while self.at < len(self.text):
                if not self.text[self.at].isspace():
                    return self.text[self.at]
                self.at += 1
            if not self._more():
                return ""

    def _take(self) -> str:
        found = self._peek()
        self.at += 1
        return found

    def _next(self) -> Any:
        """The value that begins here."""
        self._peek()
        while True:
            try:
                value, end = self.decoder.raw_decode(self.text, self.at)
            except RecursionError:
                raise BrokenDelivery(f"the file cannot be read as JSON: record {self.records + 1} {TOO_DEEP}") from None
            except json.JSONDecodeError as error:
                if not self._more():
                    raise self._bad(error.msg) from None
                continue
            if end == len(self.text) and self._more():
                continue  # a number may go on
            self.at = end
            return value

    def _more(self) -> bool:
        """Read on, and let go of what was read before; ``False`` at the end of the file."""
        if len(self.text) - self.at > LONGEST_VALUE:
            raise BrokenDelivery(f"the file cannot be read as JSON: a value in it is longer than {LONGEST_VALUE} characters")
        block = self.file.read(max(BLOCK, len(self.text) - self.at))
        if block:
            self.text, self.at = self.text[self.at :] + block, 0
        return bool(block)

    def _bad(self, why: str) -> BrokenDelivery:
        return BrokenDelivery(f"the file cannot be read as JSON: {why}, after {self.records} records")


def _pointer(names: list[str]) -> str:
    return "".join("/" + name.replace("~", "~0").replace("/", "~1") for name in names)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"

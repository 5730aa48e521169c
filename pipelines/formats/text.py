"""Bytes that should be text: which of the stated encodings they fit, and the same text in UTF-8.

A byte that an encoding cannot read is never replaced: the file does not fit that encoding. Does not belong here: what the
text says, be it rows or JSON.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from pipelines.formats.delivery import BrokenDelivery

BLOCK = 1 << 20
MARKS = {codecs.BOM_UTF8: "utf-8", codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
CODECS = {"utf-8": "utf-8-sig", "utf-16-le": "utf-16-le", "utf-16-be": "utf-16-be", "cp1252": "cp1252", "latin-1": "latin-1"}
C1_CONTROLS = bytes(range(0x80, 0xA0))


@dataclass
class _Look:
    """What the bytes themselves tell: the encoding their mark names, whether all are ASCII, why they are not UTF-8, whether
    zeros or controls of latin-1 are among them, whether lines end both with CR LF and with LF alone, and whether they are a ZIP
    archive."""

    mark: str | None = None
    ascii: bool = True
    not_utf8: str | None = None
    zeros: bool = False
    controls: bool = False
    mixed_ends: bool = False
    archive: bool = False


def as_utf8(path: Path, form: dict[str, Any], scratch: Path, may_be_marked: bool = True) -> Path:
    """The text at ``path`` in UTF-8: the file itself where it is that already, a private copy in ``scratch`` otherwise.

    ``form["encoding"]`` names one encoding or several, of which the first that the bytes fit is taken. A copy has LF
    wherever the file has CR LF and no byte order mark; ``may_be_marked`` says whether the file itself may have one.
    Raises :class:`BrokenDelivery` where the bytes fit none.
    """
    stated = form.get("encoding", "utf-8")
    look = _look(path)
    if look.archive:
        raise BrokenDelivery(
            "the file is no text but a ZIP archive, as a workbook (XLSX, ODS) is: `format` says otherwise; where only some files "
            "are such, state theirs under `shapes`"
        )
    misfits = []
    for encoding in [stated] if isinstance(stated, str) else stated:
        misfit = _misfit(encoding, look)
        same = encoding == "utf-8" or (look.ascii and not encoding.startswith("utf-16"))
        if misfit is None and same and not look.mixed_ends and (may_be_marked or not look.mark):
            return path
        target = scratch / "text"
        misfit = misfit or _copied(path, look.mark if encoding == "utf-16" and look.mark else encoding, target)
        if misfit is None:
            return target
        misfits.append(f"the file is not {encoding} text, as stated: {misfit}")
    raise BrokenDelivery("; ".join(misfits))


def _misfit(encoding: str, look: _Look) -> str | None:
    """Why the bytes cannot be of an encoding; ``None`` where only reading them all can tell."""
    if look.mark and encoding not in (look.mark, look.mark[:6]):
        return f"it begins with the mark of {look.mark}"
    if encoding == "utf-16" and not look.mark:
        return "it does not begin with the mark of utf-16"
    if encoding.startswith("utf-16"):
        return None
    if look.zeros:
        return "it has zero bytes, which text has not, unless it is utf-16"
    if encoding == "utf-8":
        return look.not_utf8
    if not look.ascii and not look.not_utf8:
        return "every byte of it is utf-8 text"
    return "it has control characters where cp1252 has quotation marks" if encoding == "latin-1" and look.controls else None


def _look(path: Path) -> _Look:
    look, lines, pairs, feeds, last = _Look(), 0, 0, 0, b""
    decoder = codecs.getincrementaldecoder("utf-8")()
    for block in _blocks(path):
        if not last:
            look.archive = block.startswith(b"PK\x03\x04")
            look.mark = next((name for mark, name in MARKS.items() if block.startswith(mark)), None)
        look.zeros = look.zeros or b"\0" in block
        if not look.not_utf8 and not (look.ascii and block.isascii()):
            look.ascii = False
            look.not_utf8 = _decoded(decoder, block, lines)
        if not look.ascii and not look.controls:
            look.controls = len(block.translate(None, C1_CONTROLS)) < len(block)
        lines += block.count(b"\n")
        if b"\r" in block or last.endswith(b"\r"):
            pairs += block.count(b"\r\n") + (last.endswith(b"\r") and block.startswith(b"\n"))
        feeds, last = lines, block
    if not look.not_utf8 and not look.ascii:
        look.not_utf8 = _decoded(decoder, b"", lines, final=True)
    look.mixed_ends = 0 < pairs < feeds
    return look


def _decoded(decoder: codecs.IncrementalDecoder, block: bytes, lines: int, final: bool = False) -> str | None:
    """Why a block cannot be decoded; ``None`` where it can."""
    try:
        decoder.decode(block, final)
    except UnicodeDecodeError as error:
        line = lines + error.object[: error.start].count(b"\n") + 1
        return f"byte {error.object[error.start]:#04x} in line {line} means nothing there"
    except UnicodeError as error:
        return str(error)
    return None


def _copied(path: Path, encoding: str, target: Path) -> str | None:
    """Write the text in UTF-8 with LF for CR LF; say why the bytes cannot be read, if so."""
    decoder = codecs.getincrementaldecoder(CODECS[encoding])()
    lines, held = 0, ""
    with target.open("wb") as out:
        for block in chain(_blocks(path), [b""]):
            try:
                text = held + decoder.decode(block, not block)
            except UnicodeDecodeError as error:
                line = lines + error.object[: error.start].count(b"\n") + 1
                return f"byte {error.object[error.start]:#04x} in line {line} means nothing there"
            text = text.removeprefix("\ufeff") if not lines and not out.tell() else text
            held = "\r" if text.endswith("\r") and block else ""  # its LF may be in the next block
            out.write(text[: len(text) - len(held)].replace("\r\n", "\n").encode())
            lines += block.count(b"\n")
    return None


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            yield block

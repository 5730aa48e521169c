"""Compound files, the container of XLS: the sectors that make up one named stream.

Belongs here: the container (MS-CFB). Does not belong here: what is in a stream.
"""

from __future__ import annotations

import struct
from pathlib import Path

MAGIC = bytes.fromhex("d0cf11e0a1b11ae1")
LAST_SECTOR = 0xFFFFFFFA
"""Numbers above it are marks, such as the end of a chain."""
NO_CHAIN: list[int] = []


def is_compound(path: Path) -> bool:
    """Whether the file is a compound one."""
    with path.open("rb") as file:
        return file.read(8) == MAGIC


def has_stream(path: Path, *names: str) -> bool:
    """Whether the file has a stream of one of these names."""
    try:
        return bool(stream(path, *names))
    except (struct.error, IndexError, KeyError, ValueError):
        return False


def stream(path: Path, *names: str) -> bytes:
    """The content of the first stream of one of these names.

    Raises :class:`KeyError` where there is none; ``struct.error``, ``IndexError`` or ``ValueError`` where it is damaged.
    """
    data = path.read_bytes()
    size = 1 << struct.unpack_from("<H", data, 30)[0]
    small_limit, first_small, _, first_more, _ = struct.unpack_from("<IIIII", data, 56)

    def sector(number: int) -> bytes:
        return data[(number + 1) * size : (number + 2) * size]

    tables = list(struct.unpack_from("<109I", data, 76))
    more = first_more
    while more <= LAST_SECTOR and len(tables) < len(data):
        *listed, more = struct.unpack(f"<{size // 4}I", sector(more))
        tables += listed
    chains = [next_one for table in tables if table <= LAST_SECTOR for next_one in _numbers(sector(table))]
    directory = b"".join(sector(number) for number in _chain(chains, struct.unpack_from("<I", data, 48)[0]))
    entries = {}
    for at in range(0, len(directory), 128):
        length = struct.unpack_from("<H", directory, at + 64)[0]
        entries[directory[at : at + max(length - 2, 0)].decode("utf-16-le")] = struct.unpack_from("<II", directory, at + 116)
    first, length = entries[next((name for name in names if name in entries), names[0])]
    if length >= small_limit:
        return b"".join(sector(number) for number in _chain(chains, first))[:length]
    small = b"".join(sector(number) for number in _chain(chains, entries["Root Entry"][0]))
    small_chains = [n for number in _chain(chains, first_small) for n in _numbers(sector(number))]
    return b"".join(small[number * 64 : number * 64 + 64] for number in _chain(small_chains, first))[:length]


def _numbers(sector: bytes) -> tuple[int, ...]:
    return struct.unpack(f"<{len(sector) // 4}I", sector)


def _chain(chains: list[int], first: int) -> list[int]:
    """The sectors that follow one another from the first."""
    found: list[int] = []
    while first <= LAST_SECTOR:
        found.append(first)
        if len(found) > len(chains):
            raise ValueError("a chain of sectors without end")
        first = chains[first]
    return found

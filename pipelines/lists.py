"""Lists of codes, and every name that people give to each: ``Ward 3``, ``03`` and ``3`` for one ward.

Belongs here: what ``lists`` in ``council.yml`` or ``source.yml`` says. Does not belong here: the council's areas (council), and
what becomes of a name that is not listed (values).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

Stated = Mapping[str, Sequence[str]] | Sequence[str]
"""Codes with their other names, or codes alone."""


def labels(stated: Stated) -> dict[str, str]:
    """Every name of every code, as it is compared, with the code."""
    return dict(_named(stated))


def clashes(stated: Stated) -> Iterator[tuple[str, str]]:
    """Codes with a name that is another code's already, each with what is wrong with it."""
    known: dict[str, str] = {}
    for name, code in _named(stated):
        if known.setdefault(name, code) != code:
            yield code, f"`{name}` is already a name of `{known[name]}`; one name can mean only one code."


def folded(name: str) -> str:
    """A name as it is compared: capitals and the number of spaces do not count."""
    return " ".join(name.lower().split())


def _named(stated: Stated) -> Iterator[tuple[str, str]]:
    codes = stated if isinstance(stated, Mapping) else dict.fromkeys(stated, ())
    for code, names in codes.items():
        for name in (code, *names):
            yield folded(name), code

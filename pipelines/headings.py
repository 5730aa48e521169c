"""What a heading, or a file's name, says: patterns with named parts, and words made of those parts.

Belongs here: one pattern as ``source.yml`` states it, and what it says of one heading. Does not belong here: which headings
make a row together (``reshape``).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from string import Formatter
from typing import Any

PART = "part"
"""The part whose words become columns."""


@dataclass(frozen=True)
class Heading:
    """A pattern of headings, or of a file's name, with named parts, and parts that it ``says`` in words made of those.

    A part that stands in such words is no part of its own any more. A pattern for any case, ``(?i)…``, names its parts in lower
    case, so that headings in several cases say the same.
    """

    pattern: str
    says: Mapping[str, str] = field(default_factory=dict)

    @property
    def spent(self) -> set[str]:
        """The parts that stand in the words of others."""
        return {name for words in self.says.values() for name in blanks(words)}

    @property
    def parts(self) -> set[str]:
        """The columns that it makes, as far as they are known without a file."""
        made = (_names(self.pattern) - self.spent) | set(self.says)
        return (made - {PART}) | ({self.says[PART]} if PART in self.says else set())

    def read(self, heading: str, of_file: Mapping[str, str]) -> dict[str, str] | None:
        """What a heading says by part; ``None`` where it is not of the pattern. ``of_file`` are parts of the file's name."""
        found = re.fullmatch(self.pattern, heading)
        return self._said(found, of_file) if found else None

    def found_in(self, name: str) -> dict[str, str] | None:
        """What a name says in which the pattern is found; ``None`` where it is not."""
        found = re.search(self.pattern, name)
        return self._said(found, {}) if found else None

    def _said(self, found: re.Match[str], of_file: Mapping[str, str]) -> dict[str, str]:
        in_any_case = bool(found.re.flags & re.IGNORECASE)
        named = {name: text.lower() if text and in_any_case else text for name, text in found.groupdict().items()}
        told = dict(of_file) | {name: text or "" for name, text in named.items()}
        said = {name: text for name, text in named.items() if text is not None and name not in self.spent}
        said |= {name: words.format_map(told) for name, words in self.says.items()}
        return {name: " ".join(text.split()) for name, text in said.items()}


def heading_of(stated: str | Mapping[str, Any]) -> Heading:
    """What an entry of ``headers`` says: a pattern alone, or one with what it says."""
    return Heading(stated) if isinstance(stated, str) else Heading(stated["pattern"], stated.get("says", {}))


def names_in(stated: str | Mapping[str, Any]) -> set[str]:
    """The parts that a pattern names, with those that it says; none where it is no pattern."""
    try:
        return heading_of(stated).parts
    except (re.error, ValueError):
        return set()


def blanks(words: str) -> set[str]:
    """The names in curly brackets in a text."""
    return {name for _, name, _, _ in Formatter().parse(words) if name}


def _names(pattern: str) -> set[str]:
    return set(re.compile(pattern).groupindex)

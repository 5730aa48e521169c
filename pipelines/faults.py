"""Faults of the program, told without what they were about.

Belongs here: telling where an unexpected exception happened. Does not belong here: failures that people can mend, which have
messages of their own. The text of a library's exception may quote a cell ("could not convert 'Ann Smith' to a date"), so
only its kind and the lines of code it came from are told.
"""

from __future__ import annotations

import re
import traceback
from pathlib import Path

from pipelines.workspace import PROJECT


def where(error: BaseException) -> str:
    """The kind of an exception and the lines of this program that led to it, the innermost last."""
    own = [
        f"{Path(frame.filename).relative_to(PROJECT)}, line {frame.lineno}"
        for frame in traceback.extract_tb(error.__traceback__)
        if Path(frame.filename).is_relative_to(PROJECT / "pipelines")
    ]
    return f"{type(error).__module__}.{type(error).__name__}, raised at {' > '.join(own[-4:]) or 'an unknown place'}"


def has_own_words(error: BaseException) -> bool:
    """Whether an exception's text is this program's or the operating system's, neither of which repeats what is in a cell."""
    return isinstance(error, OSError) or type(error).__module__.startswith("pipelines.")


def unquoted(message: str) -> str:
    """A message of a database without what stands in quotes and without long numbers: they may be values of a record."""
    return re.sub(r"\d{5,}", "…", re.sub(r"(['\"`]).*\1", r"\1…\1", message, flags=re.DOTALL))

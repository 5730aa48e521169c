"""What a person at a terminal sees while the line runs: one line a step, with what it did.

Belongs here: turning Dagster's events into plain lines. Does not belong here: what the run came to (cli).
"""

from __future__ import annotations

import logging
import re
import time
from typing import Any

import dagster as dg
from rich.console import Console

NAME = "yardstick.progress"
NOISE = re.compile("emitted no result|Dependencies for step")
SHOWN = {
    "landing": ("new_deliveries", "deliveries"),
    "intake": ("rows_read", "accepted", "quarantined"),
    "deliveries": ("as_of", "indicators"),
    "disclosure": ("cells_withheld",),
    "draft": ("summary",),
    "release": ("version", "files_written"),
}


class _Lines(logging.Handler):
    """Prints a line when a step begins to take long, when it ends, and for each warning."""

    def __init__(self, console: Console) -> None:
        super().__init__()
        self.console = console
        self.began: dict[str, float] = {}
        self.models = 0

    def emit(self, record: logging.LogRecord) -> None:
        meta: dict[str, Any] = getattr(record, "dagster_meta", None) or {}
        event = meta.get("dagster_event")
        if not meta:
            self.console.print(f"  … {record.getMessage()}", highlight=False)
            return
        if event is None:
            if record.levelno >= logging.WARNING and not NOISE.search(record.getMessage()):
                self.console.print(f"  [yellow]![/] {_plain(record.getMessage())}", highlight=False)
            return
        step = str(meta.get("step_key") or "")
        if event.event_type_value == "STEP_START":
            self.began[step], self.models = time.monotonic(), 0
            if step in ("models", "release_models"):
                self.console.print(f"  … {_name(step)}", highlight=False)
        elif event.event_type_value == "ASSET_MATERIALIZATION":
            self._materialised(step, event)
        elif event.event_type_value == "STEP_SUCCESS" and step in ("models", "release_models"):
            self.console.print(f"  [green]✓[/] {_name(step)}: {self.models} models{self._took(step)}", highlight=False)
        elif event.event_type_value == "STEP_FAILURE":
            self.console.print(f"  [red]✗[/] {_name(step)}: stopped", highlight=False)

    def _materialised(self, step: str, event: Any) -> None:
        if step in ("models", "release_models"):
            self.models += 1
            return
        found = event.materialization.metadata
        kind = event.asset_key.path[0]
        parts = [f"{name.replace('_', ' ')} {found[name].value}" for name in SHOWN.get(kind, ()) if name in found]
        self.console.print(f"  [green]✓[/] {_name(step)}: {', '.join(parts) or 'done'}{self._took(step)}", highlight=False)

    def _took(self, step: str) -> str:
        seconds = time.monotonic() - self.began.get(step, time.monotonic())
        return f" [dim]({seconds:.0f} s)[/]" if seconds >= 1 else ""


def _name(step: str) -> str:
    return step.replace("__", " ").replace("_", " ")


def _plain(message: str) -> str:
    """A log message without Dagster's run and step in front."""
    return message.rsplit(" - ", 1)[-1]


def _library_handler() -> logging.Handler:
    """Tells what Dagster itself warns of, but for what is as it should be: where nothing changes, the last steps do nothing."""
    handler = logging.StreamHandler()
    handler.setLevel(logging.WARNING)
    handler.addFilter(lambda record: not NOISE.search(record.getMessage()))
    return handler


def tell(message: str) -> None:
    """Say how far a long step has come, to whoever watches the run at a terminal."""
    logging.getLogger(NAME).info(message)


@dg.logger
def progress_logger(_: dg.InitLoggerContext) -> logging.Logger:
    """The logger that ``yardstick run`` uses; it writes to standard error."""
    logging.getLogger("dagster._core").handlers = [_library_handler()]
    logger = logging.getLogger(NAME)
    logger.setLevel(logging.DEBUG)
    logger.handlers = [_Lines(Console(stderr=True, soft_wrap=True))]
    logger.propagate = False
    return logger

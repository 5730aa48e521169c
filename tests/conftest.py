"""What tests of every kind share; helper modules beside this file can be imported by name."""

from __future__ import annotations

from pathlib import Path

import pytest
from drills import FULL, write_report
from small_release import SmallRelease


@pytest.fixture
def small(tmp_path: Path) -> SmallRelease:
    """A small release that can be made, changed and made again."""
    return SmallRelease(tmp_path)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """After full-size drills, write what they showed."""
    if FULL:
        write_report(terminalreporter.getreports("passed"), terminalreporter.getreports("failed"))

"""What tests of every kind share; helper modules beside this file can be imported by name."""

from __future__ import annotations

from pathlib import Path

import pytest
from small_release import SmallRelease


@pytest.fixture
def small(tmp_path: Path) -> SmallRelease:
    """A small release that can be made, changed and made again."""
    return SmallRelease(tmp_path)

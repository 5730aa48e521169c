"""What a person at a terminal sees of a run: no noise of a library, and every warning that means something."""

import logging

import pytest

from pipelines.progress import progress_logger


def test_what_is_as_it_should_be_is_no_warning(capsys: pytest.CaptureFixture[str]) -> None:
    progress_logger.logger_fn(None)
    library = logging.getLogger("dagster._core.execution.plan.active")
    library.warning("Blocking asset check 'candidate:size' emitted no result in step 'candidate'")
    library.warning("the history cannot be written")
    assert capsys.readouterr().err == "the history cannot be written\n"

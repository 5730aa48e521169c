"""A drafted indicator is well formed whatever it counts; what is wrong with an answer is told and nothing is written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from line import Line

from pipelines.config import ConfigError
from pipelines.indicators import load_indicators
from pipelines.new_indicator import DRAFTS, measures_of, write_indicator

FACTS: dict[str, Any] = {
    "title": "Lost property returned",
    "definition": "Of the things handed in, the share that went back to their owners.",
    "unit": "percent",
    "decimals": 1,
    "polarity": "high",
    "theme": "quality",
    "perspective": "citizen",
    "results_chain": "output",
    "service": "lost_property",
    "limitations": "Things that nobody looks for are counted too.",
}
VERSION = {"reason": "People want their things back.", "valid_from": "2026-04-01", "approved_by": "Head of Service"}
KINDS = [(kind, measure) for kind in (*DRAFTS, "reported_figure") for measure in measures_of(kind)]


def facts_for(measure: str) -> dict[str, Any]:
    further = {"rate": {"multiplier": 1000}, "reported": {"reported_by": "the police"}}
    return FACTS | {"measure": measure} | further.get(measure, {})


@pytest.mark.parametrize(("record_type", "measure"), KINDS)
def test_a_draft_is_well_formed(tmp_path: Path, record_type: str, measure: str) -> None:
    written = write_indicator("lost_property_returned", record_type, facts_for(measure), VERSION, tmp_path)
    assert len(written) == (1 if measure == "reported" else 2)
    (one,) = load_indicators([tmp_path])
    assert (one.indicator_id, one.measure, one.service) == ("lost_property_returned", measure, "lost_property")


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"polarity": "up"}, ["`models.0.config.meta.polarity`", "high, low, neutral"]),
        ({"definition": "Short"}, ["description", "Allowed: text of at least 20 characters"]),
        ({"service": "../elsewhere"}, ["`models.0.config.meta.service`", "For example"]),
    ],
)
def test_a_wrong_answer_names_the_field_and_what_is_valid_and_writes_nothing(
    tmp_path: Path, wrong: dict[str, Any], told: list[str]
) -> None:
    folder = tmp_path / "indicators"
    folder.mkdir()
    with pytest.raises(ConfigError) as raised:
        write_indicator("lost_property_returned", "complaint", facts_for("count") | wrong, VERSION, folder)
    assert all(text in str(raised.value) for text in told), str(raised.value)
    assert list(tmp_path.rglob("*")) == [folder]


def test_what_is_there_already_is_kept(tmp_path: Path) -> None:
    for path in write_indicator("lost_property_returned", "complaint", facts_for("count"), VERSION, tmp_path):
        path.write_text("mine")
    with pytest.raises(FileExistsError):
        write_indicator("lost_property_returned", "complaint", facts_for("count"), VERSION, tmp_path)
    assert {path.read_text() for path in tmp_path.rglob("*.*")} == {"mine"}


def test_the_command_takes_answers_as_options_and_refuses_what_it_cannot_draft(tmp_path: Path) -> None:
    options = [
        text
        for field, value in facts_for("percentage").items()
        if field != "decimals"
        for text in (f"--{field.replace('_', '-')}", str(value))
    ]
    line = Line(tmp_path)
    done = line.command("new", "indicator", "returned", "--record-type", "complaint", *options, "--indicators", str(tmp_path))
    assert done.returncode == 0, done.stderr
    assert load_indicators([tmp_path])[0].indicator_id == "returned"
    refused = line.command("new", "indicator", "other", "--record-type", "finance", *options, "--indicators", str(tmp_path))
    assert refused.returncode == 2
    assert "Allowed: sum, ratio" in refused.stderr

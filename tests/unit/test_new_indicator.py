"""A drafted indicator is well formed whatever it counts; what is wrong with an answer is told and nothing is written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from drafts import NEEDED, kinds
from line import PROJECT, Line
from typer.testing import CliRunner

from pipelines.cli import app
from pipelines.config import ConfigError
from pipelines.indicators import load_indicators
from pipelines.new_indicator import write_indicator

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
FURTHER = {
    "standardised_rate": (["--standard-population", "{0-64: 80500, 65+: 19500}"], "{0-64: 80500, 65+: 19500}\n"),
    "percentile": (["--percentile", "90"], "90\n"),
    "index": (["--index-of", "median", "--base-year-start", "2023-04-01"], "median\n2023-04-01\n"),
    "free": ([], ""),
}
"""Of the measures that need more: the options that say it, and what is typed where they are asked for."""


def facts_for(measure: str) -> dict[str, Any]:
    return FACTS | {"measure": measure} | NEEDED.get(measure, {})


def options_for(measure: str) -> list[str]:
    facts = {field: value for field, value in (FACTS | {"measure": measure}).items() if field != "decimals"}
    return [text for field, value in facts.items() for text in (f"--{field.replace('_', '-')}", str(value))]


@pytest.mark.parametrize(("record_type", "kind", "further"), list(kinds()))
def test_a_draft_is_well_formed(tmp_path: Path, record_type: str, kind: str, further: dict[str, Any]) -> None:
    written = write_indicator("lost_property_returned", record_type, FACTS | further, VERSION, tmp_path)
    assert len(written) == (1 if kind == "reported" else 2)
    (one,) = load_indicators([tmp_path])
    assert (one.indicator_id, one.measure, one.service) == ("lost_property_returned", further["measure"], "lost_property")
    assert {field: getattr(one, field) for field in further if field not in ("measure", "base_year_start")} == {
        field: value for field, value in further.items() if field not in ("measure", "base_year_start")
    }
    assert str(one.base_year_start) == further.get("base_year_start", "None")


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


@pytest.mark.parametrize(
    ("measure", "missing", "told"),
    [
        ("percentile", "percentile", "`percentile` is missing: which one? For example: 90"),
        (
            "index",
            "base_year_start",
            "`base_year_start` is missing: the first day of the year that is 100. For example: 2019-04-01",
        ),
        ("standardised_rate", "standard_population", "`standard_population` is missing: people of each age group"),
    ],
)
def test_what_a_measure_needs_and_is_not_answered_is_told_with_an_example(
    tmp_path: Path, measure: str, missing: str, told: str
) -> None:
    index = {"index_of": "count", "base_year_start": "2023-04-01"} if measure == "index" else {}
    facts = {field: value for field, value in (facts_for(measure) | index).items() if field != missing}
    with pytest.raises(ConfigError, match="is missing") as raised:
        write_indicator("lost_property_returned", "service_request", facts, VERSION, tmp_path)
    assert told in str(raised.value)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("standing", ["mine/elsewhere", "theirs/elsewhere"])
def test_an_indicator_defined_in_any_folder_is_not_defined_again(tmp_path: Path, standing: str) -> None:
    path = tmp_path / standing / "lost_property_returned.yml"
    path.parent.mkdir(parents=True)
    path.write_text("theirs")
    folders = (tmp_path / "mine", [tmp_path / "theirs"])
    with pytest.raises(FileExistsError, match="`lost_property_returned` is defined already") as raised:
        write_indicator("lost_property_returned", "complaint", facts_for("count"), VERSION, *folders)
    assert str(path) in str(raised.value)
    assert [found for found in tmp_path.rglob("*") if found.is_file()] == [path]


def test_the_command_names_the_project_s_own_file_that_has_the_indicator(tmp_path: Path) -> None:
    own = min((PROJECT / "dbt_project" / "models" / "indicators").rglob("*.yml"))
    options = ["--record-type", "complaint", *options_for("count"), "--indicators", str(tmp_path / "further")]
    done = Line(tmp_path).command("new", "indicator", own.stem, *options)
    assert done.returncode == 1
    assert str(own) in done.stderr.replace("\n", "")
    assert not (tmp_path / "further").exists()


@pytest.mark.parametrize("measure", FURTHER)
def test_what_a_measure_needs_is_taken_as_options_or_asked_for(tmp_path: Path, measure: str) -> None:
    options, typed = FURTHER[measure]
    drafted = []
    for folder, further, answers in ((tmp_path / "told", options, ""), (tmp_path / "asked", [], typed)):
        arguments = ["new", "indicator", "returned", "--record-type", "service_request", "--valid-from", "2026-04-01"]
        arguments += [*options_for(measure), *further, "--indicators", str(folder)]
        done = CliRunner().invoke(app, arguments, input=answers)
        assert done.exit_code == 0, done.output
        drafted.append({path.name: path.read_text() for path in sorted(folder.rglob("*.*"))})
    assert drafted[0] == drafted[1]
    assert sorted(drafted[0]) == ["returned.yml", "returned_v1.sql"]
    meta = yaml.safe_load(drafted[0]["returned.yml"])["models"][0]["config"]["meta"]
    wanted = {"index": {"index_of": "median", "base_year_start": "2023-04-01"}}.get(measure, NEEDED.get(measure, {}))
    assert meta | wanted == meta


@pytest.mark.parametrize(
    ("measure", "further", "told"),
    [
        ("index", ["--index-of", "sum", "--base-year-start", "2023-04-01"], "Allowed: count, percentage, rate, mean, median"),
        ("standardised_rate", ["--standard-population", "many"], "For example: {0-64: 80500, 65+: 19500}"),
        ("percentile", ["--percentile", "100"], "`models.0.config.meta.percentile`"),
        ("mean", ["--percentile", "90"], "stands only with `measure: percentile`"),
        ("rate", ["--multiplier", "0"], "`models.0.config.meta.multiplier`"),
    ],
)
def test_a_wrong_answer_to_what_a_measure_needs_is_refused(tmp_path: Path, measure: str, further: list[str], told: str) -> None:
    options = ["--record-type", "service_request", *options_for(measure), *further, "--indicators", str(tmp_path)]
    done = Line(tmp_path).command("new", "indicator", "returned", *options)
    assert done.returncode == 2
    assert told in " ".join(done.stderr.split())
    assert not list(tmp_path.iterdir())


def test_the_command_takes_answers_as_options_and_refuses_what_it_cannot_draft(tmp_path: Path) -> None:
    options = options_for("percentage")
    line = Line(tmp_path)
    done = line.command("new", "indicator", "returned", "--record-type", "complaint", *options, "--indicators", str(tmp_path))
    assert done.returncode == 0, done.stderr
    assert load_indicators([tmp_path])[0].indicator_id == "returned"
    refused = line.command("new", "indicator", "other", "--record-type", "finance", *options, "--indicators", str(tmp_path))
    assert refused.returncode == 2
    assert "Allowed: sum, ratio, index, free" in refused.stderr

"""A mistake in a source's YAML is told with file, line, field and what is allowed."""

from __future__ import annotations

from pathlib import Path

import pytest
from intake_case import COUNCIL, SOURCE

from pipelines.config import ConfigError
from pipelines.sources import load_source, load_sources

MISTAKES = {
    "a misspelt field": ("owner: A team", "ownr: A team", ["line 2", "`ownr`", "Did you mean `owner`?"]),
    "a wrong choice": ("cadence: monthly", "cadence: montly", ["line 3", "`cadence`", "Did you mean `monthly`?"]),
    "a missing field": ("title: Records\n", "", ["`title` is missing"]),
    "a field twice": ("owner: A team", "owner: A team\nowner: B", ["line 3", "stands twice (first in line 2)"]),
    "no YAML": ("title: Records", "title: [Records", ["not valid YAML"]),
    "an unknown record type": ("service_request\n", "service_requests\n", ["line 9", "Allowed: action, adoption, commentary"]),
    "an unknown record field": ("closed_at: Closed", "closd_at: Closed", ["`columns.closd_at`", "closed_at (When"]),
    "a needed record field": ("  request_id: Ref\n", "", ["`request_id` is missing", "Every record needs it"]),
    "ambiguous dates": ('["%d/%m/%Y %H:%M", ', '["%m/%d/%Y", ', ["line 13", "`dates`", "would be read differently"]),
    "a wrong encoding": ("encoding: utf-8", "encoding: utf8", ["`format.encoding`", "Allowed: utf-8, cp1252"]),
    "text for a list": ('missing: ["", "N/A"]', "missing: none", ["`missing`", "Allowed: a list"]),
    "an unknown connector": ("type: file_drop", "type: ftp", ["`connector"]),
}  # fmt: skip


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_told_where_it_stands_and_what_is_allowed(tmp_path: Path, mistake: str) -> None:
    old, new, told = MISTAKES[mistake]
    assert old in SOURCE
    path = tmp_path / "records" / "source.yml"
    path.parent.mkdir()
    path.write_text(SOURCE.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ConfigError) as raised:
        load_source(path, COUNCIL)
    message = str(raised.value)
    assert "records/source.yml, line" in message
    assert [text for text in told if text not in message] == [], message


def test_the_faults_of_all_sources_are_told_at_once(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "source.yml").write_text(SOURCE.replace("title: Records\n", ""), encoding="utf-8")
    with pytest.raises(ConfigError) as raised:
        load_sources(tmp_path, COUNCIL)
    assert len(raised.value.problems) == 2

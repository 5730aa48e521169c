"""YAML that people write: every fault with its line, its field and what is allowed; never a traceback."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.config import ConfigError, expand, load_yaml

COUNCIL = """name: Test Council
area_code: E06000996
contact: {name: Team, email: team@council.example}
licence: OGL-UK-3.0
areas:
  - {code: E05099001, name: Abbey, type: ward, also: ["1"]}
"""


def problems(folder: Path, text: str | bytes) -> list[str]:
    path = folder / "council.yml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(ConfigError) as raised:
        load_yaml(path, "council")
    return raised.value.problems


NOT_YAML = {
    "a bracket left open": ("name: [Test\n", ["line 2", "not valid YAML"]),
    "a tab for spaces": ("contact:\n\tname: Team\n", ["line 2", "not valid YAML"]),
    "a colon in text": ("name: Test: Council\n", ["line 1", "not valid YAML"]),
    "a control character": ("licence: x\nname: a\x07\n", ["line 2", "characters are not allowed"]),
    "two documents": ("name: x\n---\nname: y\n", ["line 2", "not valid YAML"]),
    "a Python object": ("name: !!python/name:os.system x\n", ["line 1", "not valid YAML"]),
    "an unknown anchor": ("name: *other\n", ["line 1", "not valid YAML"]),
    "an empty file": ("", ["line 1", "must hold fields", "not empty"]),
    "comments alone": ("# nothing\n", ["line 1", "not empty"]),
    "a list": ("- name: x\n", ["line 1", "not a list"]),
    "text": ("hello\n", ["line 1", "not text"]),
    "a list for a name": ("? [a, b]\n: c\n", ["line 1", "a name must be text"]),
    "another encoding": ("name: Châtelain\n".encode("cp1252"), ["not UTF-8 text"]),
}  # fmt: skip


@pytest.mark.parametrize("fault", NOT_YAML)
def test_what_is_no_yaml_is_told_plainly(tmp_path: Path, fault: str) -> None:
    text, told = NOT_YAML[fault]
    found = "\n".join(problems(tmp_path, text))
    assert found.startswith(str(tmp_path / "council.yml"))
    assert [part for part in told if part not in found] == [], found


MISTAKES = {
    "misspelt field": ("licence:", "licens:", "line 4, `licens`: there is no such field here. Did you mean `licence`?"),
    "wrong choice": ("OGL-UK-3.0", "OGL", '"OGL" is not allowed. Allowed: OGL-UK-3.0, CC-BY-4.0, CC0-1.0.'),
    "number for text": ("name: Test Council", "name: 12", "line 1, `name`: 12 is a number. Allowed: text."),
    "number in a list of text": ('["1"]', "[1]", "line 6, `areas.0.also.0`: 1 is a number. Allowed: text."),
    "text for a list": ('["1"]', "none", 'line 6, `areas.0.also`: "none" is text. Allowed: a list.'),
    "nothing for fields": ("{name: Team, email: team@council.example}", "", "line 3, `contact`: null is empty. Allowed: fields."),
    "wrong form": ("E06000996", "E06", '"E06" is not allowed. The council\'s own GSS code: a letter and eight digits.'),
    "out of bounds": ("licence: OGL", "year_starts_in: 13\nlicence: OGL", "Allowed: a whole number from 1 and up to 12."),
    "yes for true": ("licence: OGL", "year_starts_in: yes\nlicence: OGL", 'line 4, `year_starts_in`: "yes" is text.'),
}  # fmt: skip


@pytest.mark.parametrize("fault", MISTAKES)
def test_a_mistake_names_its_line_its_field_and_what_is_allowed(tmp_path: Path, fault: str) -> None:
    old, new, told = MISTAKES[fault]
    assert old in COUNCIL
    found = problems(tmp_path, COUNCIL.replace(old, new, 1))
    assert told in "\n".join(found)
    assert all("council.yml, line" in problem for problem in found)


def test_every_missing_and_every_unknown_field_is_told_at_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    found = problems(tmp_path, "nam: x\narea_cod: y\nareas: []\n")
    named = ["`name` is missing", "`contact` is missing", "`licence` is missing", "`area_code` is missing"]
    assert all(any(part in problem for problem in found) for part in [*named, "`nam`: there", "`area_cod`: there"])
    assert len(found) == 6
    lines = [int(problem.split("line ")[1].split(",")[0].split(":")[0]) for problem in found]
    assert lines == sorted(lines)


def test_a_field_that_stands_twice_is_told_at_any_depth(tmp_path: Path) -> None:
    found = problems(tmp_path, COUNCIL.replace("name: Abbey", "name: Abbey, name: Bridge"))
    assert len(found) == 1
    assert "line 6, `areas.0.name`: stands twice (first in line 6)." in found[0]


def test_names_dates_and_numbers_with_a_leading_zero_are_text_as_written(tmp_path: Path) -> None:
    path = tmp_path / "council.yml"
    path.write_text(COUNCIL.replace('["1"]', "[Yes, 007, 2025-02-31, 12:30]"), encoding="utf-8")
    assert load_yaml(path, "council")["areas"][0]["also"] == ["Yes", "007", "2025-02-31", "12:30"]


def test_a_file_that_is_not_there_and_a_folder_are_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="there is no such file"):
        load_yaml(tmp_path / "none.yml", "council")
    with pytest.raises(ConfigError, match="cannot be read"):
        load_yaml(tmp_path, "council")


def test_a_path_below_the_current_folder_is_shown_as_a_person_would_type_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert problems(tmp_path, "[")[0].startswith("council.yml, line ")


def test_the_environment_fills_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YS_HERE", "there")
    monkeypatch.setenv("YS_EMPTY", "")
    monkeypatch.delenv("YS_NONE", raising=False)
    assert expand("a/${YS_HERE}/b") == "a/there/b"
    assert expand("${YS_NONE:-../x}/${YS_EMPTY:-y}") == "../x/y"
    assert expand("${YS_NONE:-}") == ""
    assert expand("$YS_HERE") == "$YS_HERE"
    for unset in ("${YS_NONE}", "${YS_EMPTY}"):
        with pytest.raises(ConfigError, match="which is not set"):
            expand(unset)

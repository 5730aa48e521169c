"""The council's own facts."""

from __future__ import annotations

from pathlib import Path

import pytest
from test_config import COUNCIL

from pipelines.config import ConfigError
from pipelines.council import load_council


def written(folder: Path, text: str) -> Path:
    path = folder / "council.yml"
    path.write_text(text, encoding="utf-8")
    return path


def test_what_is_not_stated_has_a_sensible_value(tmp_path: Path) -> None:
    council = load_council(written(tmp_path, COUNCIL))
    assert (council.year_starts_in, council.provisional_days, council.smallest_count) == (4, 30, 5)
    assert council.homepage is None
    assert (council.zeros_shown, council.round_to) == (True, 1)


def test_how_small_counts_are_protected_is_set_in_one_place(tmp_path: Path) -> None:
    council = load_council(written(tmp_path, COUNCIL + "disclosure: {smallest_count: 10, zeros: withheld, round_to: 5}\n"))
    assert (council.smallest_count, council.zeros_shown, council.round_to) == (10, False, 5)
    with pytest.raises(ConfigError, match="round_to"):
        load_council(written(tmp_path, COUNCIL + "disclosure: {round_to: 7}\n"))


@pytest.mark.parametrize(
    ("key", "address"),
    [
        ("homepage", "https://council.example/a b"),
        ("homepage", 'https://council.example/"><script>'),
        ("homepage", "https://council.example/[x](javascript:y)"),
        ("data_address", "https://council.example/{a}|b"),
    ],
)
def test_an_address_that_could_not_be_published_is_refused(tmp_path: Path, key: str, address: str) -> None:
    with pytest.raises(ConfigError, match=key):
        load_council(written(tmp_path, f"{COUNCIL}{key}: {address!r}\n"))


@pytest.mark.parametrize("email", ['"<img/src=x>"@council.example', "team@council", "the team@council.example"])
def test_an_email_address_that_could_not_be_published_is_refused(tmp_path: Path, email: str) -> None:
    with pytest.raises(ConfigError, match="email"):
        load_council(written(tmp_path, COUNCIL.replace("team@council.example", repr(email))))


def test_an_area_is_known_by_every_name_in_lower_case(tmp_path: Path) -> None:
    labels = load_council(written(tmp_path, COUNCIL)).area_labels
    assert labels["abbey"] == labels["1"] == labels["e05099001"] == "E05099001"
    assert labels["test council"] == labels["e06000996"] == "E06000996"


def test_an_area_belongs_to_groups_of_areas(tmp_path: Path) -> None:
    text = COUNCIL.replace("type: ward", "type: ward, groups: {deprivation_fifth: 1 most deprived, locality: North}", 1)
    assert text != COUNCIL
    area = load_council(written(tmp_path, text)).areas[0]
    assert area.groups == (("deprivation_fifth", "1 most deprived"), ("locality", "North"))


@pytest.mark.parametrize("kind", ["ward", "sex", "Deprivation fifth"])
def test_a_kind_of_group_has_a_name_of_its_own(tmp_path: Path, kind: str) -> None:
    text = COUNCIL.replace("type: ward", f"type: ward, groups: {{{kind}: North}}", 1)
    with pytest.raises(ConfigError) as raised:
        load_council(written(tmp_path, text))
    assert "areas.0.groups" in str(raised.value)


CLASHES = {
    "two areas of one code": ("", "  - {code: E05099001, name: Bridge, type: ward}\n", "`e05099001` is already a name"),
    "two areas of one name": ("", "  - {code: E05099002, name: ABBEY, type: ward}\n", "`abbey` is already a name"),
    "a name that is another's other name": ("", '  - {code: E05099002, name: "1", type: ward}\n', "`1` is already a name"),
    "an area named as the council": ("Abbey", "Test Council", "`test council` is already a name of area E06000996"),
    "an area with the council's code": ("E05099001", "E06000996", "`e06000996` is already a name of area E06000996"),
}  # fmt: skip


@pytest.mark.parametrize("clash", CLASHES)
def test_one_name_means_one_area(tmp_path: Path, clash: str) -> None:
    old, new, told = CLASHES[clash]
    text = COUNCIL.replace(old, new) if old else COUNCIL + new
    with pytest.raises(ConfigError) as raised:
        load_council(written(tmp_path, text))
    assert told in str(raised.value)
    assert f"line {6 if old else 7}, `areas.{0 if old else 1}`" in str(raised.value)


def test_the_project_s_own_council_can_be_read() -> None:
    assert load_council(Path(__file__).parents[2] / "council.yml").areas


GROUPS = """
no_change_band: 0.5
comparator_groups:
  - {name: England, kind: national, areas: [E92000001]}
  - {name: Similar authorities, kind: statistical_neighbours}
"""


def test_who_the_council_is_compared_with_is_stated_in_groups(tmp_path: Path) -> None:
    council = load_council(written(tmp_path, COUNCIL + GROUPS))
    assert council.no_change_band == 0.5
    stated = [(group.name, group.kind, group.areas) for group in council.comparator_groups]
    assert stated == [("England", "national", ("E92000001",)), ("Similar authorities", "statistical_neighbours", ())]


def test_a_group_stated_twice_or_of_an_unknown_kind_is_refused(tmp_path: Path) -> None:
    for group, told in (("{name: England, kind: other}", "`England` stands twice"), ("{name: Ports, kind: port}", "kind")):
        with pytest.raises(ConfigError) as raised:
            load_council(written(tmp_path, f"{COUNCIL}{GROUPS}  - {group}\n"))
        assert told in str(raised.value)

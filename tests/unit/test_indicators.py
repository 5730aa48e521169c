"""Definitions of indicators: what is read, and what each mistake is answered with."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
import yaml

from pipelines.config import SCHEMAS, ConfigError
from pipelines.indicators import INDICATOR_SCHEMA, Indicator, indicator_rows, load_indicators, suggest

PROJECT = SCHEMAS.parent.parent

YAML = """
models:
  - name: lamps_mended
    description: >
      Share of street lamps mended in the period that were
      mended within five days.
    latest_version: 2
    config:
      meta:
        title: Street lamps mended in time
        unit: percent
        measure: percentage
        decimals: 1
        polarity: high
        theme: effectiveness
        perspective: process
        results_chain: output
        service: street_lighting
    versions:
      - v: 1
        config: {meta: {change: First version, reason: Residents asked, valid_from: 2023-04-01, approved_by: Board}}
      - v: 2
        config: {meta: {change: Working days, reason: As promised, valid_from: 2025-04-01, approved_by: Board}}
unit_tests:
  - name: lamps_mended_worked_example
    model: lamps_mended
    given: [{input: ref('stg_service_request'), rows: [{request_id: R1}]}]
    expect: {rows: [{numerator: 1}]}
"""
SQL = "select delivery from {{ ref('stg_service_request') }}\n"


INDEX = "measure: index\n        index_of: sum\n        base_year_start: 2019-04-01"
NOTHING = "\n        council_periods: []\n        ward_periods: []"
RATE = "measure: rate\n        multiplier: 1000"


def put(folder: Path, text: str = YAML, versions: tuple[int, ...] = (1, 2), name: str = "lamps_mended") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.yml").write_text(text, encoding="utf-8")
    for version in versions:
        (folder / f"{name}_v{version}.sql").write_text(SQL, encoding="utf-8")
    return folder


def problems(*folders: Path) -> str:
    with pytest.raises(ConfigError) as caught:
        load_indicators(folders)
    return str(caught.value)


def test_an_indicator_is_read_with_its_methods_and_defaults(tmp_path: Path) -> None:
    (indicator,) = load_indicators([put(tmp_path / "lighting").parent])
    assert indicator.indicator_id == "lamps_mended"
    assert indicator.definition == "Share of street lamps mended in the period that were mended within five days."
    assert (indicator.multiplier, indicator.weighted, indicator.about_people) == (100.0, False, True)
    assert indicator.council_periods == ("month", "quarter", "financial_year", "year_to_date")
    assert indicator.ward_periods == ("quarter", "financial_year")
    assert [(m.version, m.change, str(m.valid_from)) for m in indicator.methods] == [
        (1, "First version", "2023-04-01"),
        (2, "Working days", "2025-04-01"),
    ]
    assert indicator.methods[1].path == tmp_path / "lighting" / "lamps_mended_v2.sql"


def test_the_table_has_a_row_an_indicator_in_its_stated_types(tmp_path: Path) -> None:
    rows = indicator_rows(load_indicators([put(tmp_path)]))
    assert rows.schema == INDICATOR_SCHEMA
    assert rows.select("indicator_id", "latest_version", "council_periods", "ward_periods", "limitations").rows() == [
        ("lamps_mended", 2, "month,quarter,financial_year,year_to_date", "quarter,financial_year", None)
    ]
    assert indicator_rows([]).schema == INDICATOR_SCHEMA


def test_a_ready_made_indicator_is_yaml_alone(tmp_path: Path) -> None:
    (indicator,) = load_indicators([put(tmp_path, reported(), versions=())])
    (method,) = indicator.methods
    assert (method.version, method.change, method.path) == (1, "As reported by the lamp council", None)
    assert indicator.settings == {"measure": "reported", "reported_by": "the lamp council"}
    assert indicator.latest_version == 1


def test_what_a_measure_needs_is_read_and_is_part_of_its_settings(tmp_path: Path) -> None:
    text = YAML.replace("measure: percentage", INDEX + "\n        provisional_days: 90\n        breakdown_periods: [quarter]")
    text = text.replace("approved_by: Board}", "approved_by: Board, breakdowns: [channel]}", 1)
    (indicator,) = load_indicators([put(tmp_path, text)])
    assert indicator.settings == {
        "measure": "index", "multiplier": 1.0, "weighted": False, "index_of": "sum", "base_year_start": "2019-04-01",
    }  # fmt: skip
    assert (indicator.provisional_days, indicator.breakdown_periods) == (90, ("quarter",))
    assert [method.breakdowns for method in indicator.methods] == [("channel",), ()]
    row = indicator_rows([indicator]).to_dicts()[0]
    assert (row["index_of"], str(row["base_year_start"]), row["breakdown_periods"]) == ("sum", "2019-04-01", "quarter")


def test_groups_are_published_by_the_periods_of_wards_where_nothing_is_said(tmp_path: Path) -> None:
    text = YAML.replace("decimals: 1", "decimals: 1\n        ward_periods: [financial_year]")
    (indicator,) = load_indicators([put(tmp_path, text)])
    assert indicator.breakdown_periods == ("financial_year",)
    assert load_indicators([put(tmp_path / "b", YAML)])[0].settings == {
        "measure": "percentage",
        "multiplier": 100.0,
        "weighted": False,
    }


def reported(**further: object) -> str:
    content = yaml.safe_load(YAML)
    model = content["models"][0]
    del model["versions"], model["latest_version"], content["unit_tests"]
    model["config"]["meta"] |= {"measure": "reported", "reported_by": "the lamp council", **further}
    return str(yaml.safe_dump(content, sort_keys=False))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("measure: percentage", "measure: percent", 'line 12, `models.0.config.meta.measure`: "percent" is not allowed. Did you'),
        ("theme: effectiveness", "theme: effective", "Did you mean `effectiveness`? Allowed: economy, efficiency"),
        ("polarity: high", "polarity: up", '"up" is not allowed. Allowed: high, low, neutral'),
        ("perspective: process", "perspective: customer", "Allowed: citizen, process, financial, learning"),
        ("results_chain: output", "results_chain: outputs", "Did you mean `output`?"),
        ("        unit: percent\n", "", "`unit` is missing. What one unit of the value is"),
        ("polarity: high", "polarty: high", "Did you mean `polarity`?"),
        ("unit_tests:", "unit_test:", "Did you mean `unit_tests`?"),
        ("decimals: 1", "decimals: one", "Allowed: a whole number"),
        ("decimals: 1", "decimals: 5", "the tables have four. Allowed: a whole number from 0 and up to 4. For example: 1."),
        ("decimals: 1", "decimals: 1\n        limitations: ' '", 'For example: "Repairs that the tenant cancelled are'),
        ("    given:", "    given: [1]\n    description:", "`unit_tests.0.given.0`: 1 is a number. Allowed: fields."),
        ("service: street_lighting", "service: Street lighting", "as records name it"),
        ("reason: As promised, ", "", "`reason` is missing. Why it changed"),
        ("2025-04-01", "from April", 'valid_from`: "from April" is not allowed. The first day'),
        ("2025-04-01", '"2025-02-30"', "2025-02-30 is not a date of the calendar"),
        ("- v: 2", "- v: 1", "version 1 stands twice"),
        ("latest_version: 2", "latest_version: 3", "3 is no version of this indicator. Allowed: 1, 2."),
        ("    latest_version: 2\n", "", "`latest_version` is missing"),
        ("measure: percentage", "measure: rate", "`multiplier` is missing: per how many residents"),
        ("measure: percentage", "measure: percentile", "`percentile` is missing: which one?"),
        ("measure: percentage", "measure: index", "`index_of` is missing: which measure is compared with its base?"),
        ("measure: percentage", "measure: index", "`base_year_start` is missing: the first day of the year that is 100"),
        ("measure: percentage", "measure: standardised_rate", "`standard_population` is missing: people of each age group"),
        ("measure: percentage", "measure: mean\n        percentile: 90", "stands only with `measure: percentile`; this is `meas"),
        ("measure: percentage", "measure: percentile\n        percentile: 100", "which one; 90 is the value that nine in ten"),
        ("measure: percentage", INDEX.replace("2019-04-01", '"2019-02-30"'), "2019-02-30 is not a date of the calendar"),
        ("measure: percentage", INDEX.replace("sum", "index"), '"index" is not allowed'),
        (
            "measure: percentage",
            "measure: median\n        weighted: true",
            "a median has no weights. Measures with weights: count",
        ),
        (
            "approved_by: Board}",
            "approved_by: Board, breakdowns: [weight]}",
            "other than those that every indicator's SQL gives",
        ),
        ("decimals: 1", f"decimals: 1{NOTHING}", "council_periods`: neither the whole council nor wards nor groups have"),
        ("decimals: 1", f"decimals: 1{NOTHING}", "For example: [month, quarter, financial_year, year_to_date]."),
        ("measure: percentage", RATE, "residents are counted by age_group and sex only, so there is no rate by channel"),
        ("measure: percentage", "measure: reported", "`reported_by` is missing"),
        ("measure: percentage", "measure: reported", "there is no SQL, but lamps_mended_v1.sql is there"),
        ("measure: percentage", "measure: count\n        reported_by: somebody", "stands only with `measure: reported`"),
        ("    model: lamps_mended", "    model: lamp_mended", "lamp_mended is not the indicator of this file"),
        ("    model: lamps_mended", "    model: lamps_mended\n    versions: {include: [1]}", "version 2 has no worked example"),
        ("    model: lamps_mended", "    model: lamps_mended\n    versions: {exclude: [2]}", "version 2 has no worked example"),
        (YAML[YAML.index("unit_tests") :], "", "version 2 has no worked example: add an entry to `unit_tests`"),
        ("- name: lamps_mended", "- name: lamps_repaired", "the model is lamps_repaired, the file lamps_mended.yml"),
        ("- name: lamps_mended\n", "- name: Lamps-Mended\n", "small letters, digits and underscores"),
        ("- name: lamps_mended\n", "- name: lamps_mended_v2\n", "small letters, digits and underscores"),
    ],
)
def test_a_mistake_in_the_yaml_says_where_it_is_and_what_is_allowed(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert old in YAML
    text = YAML.replace("approved_by: Board}", "approved_by: Board, breakdowns: [channel]}") if new == RATE else YAML
    assert message in problems(put(tmp_path, text.replace(old, new, 1)))


def test_sql_and_yaml_must_fit_together(tmp_path: Path) -> None:
    assert "version 2 has no SQL: write a/lamps_mended_v2.sql" in problems(put(tmp_path / "a", versions=(1,)))
    assert "lamps_mended_v3.sql has no entry here: add `- v: 3`" in problems(put(tmp_path / "b", versions=(1, 2, 3)))

    (put(tmp_path / "c") / "lamps_mend_v1.sql").write_text(SQL)
    assert "there is no lamps_mend.yml beside it. Write one that defines the indicator. Did you mean `lamps_mended`?" in (
        problems(tmp_path / "c")
    )
    (put(tmp_path / "d") / "lamps.sql").write_text(SQL)
    assert "Rename it to lamps_v1.sql and describe it in lamps.yml" in problems(tmp_path / "d")

    put(tmp_path / "e" / "one")
    (tmp_path / "e" / "two").mkdir()
    (tmp_path / "e" / "two" / "lamps_mended_v1.sql").write_text(SQL)
    assert "Keep both in one folder." in problems(tmp_path / "e")


def test_sql_reads_staging_and_never_a_source(tmp_path: Path) -> None:
    (put(tmp_path) / "lamps_mended_v1.sql").write_text("select 1 from {{ source('accepted', 'service_request') }}")
    assert "lamps_mended_v1.sql reads a source" in problems(tmp_path)


def test_a_ready_made_indicator_has_no_versions(tmp_path: Path) -> None:
    assert "a figure received ready-made has no versions" in problems(
        put(tmp_path, reported().replace("name: lamps_mended", "name: lamps_mended\n  latest_version: 1"), versions=())
    )


def test_published_by_groups_alone_is_published(tmp_path: Path) -> None:
    text = YAML.replace("decimals: 1", f"decimals: 1{NOTHING}\n        breakdown_periods: [quarter]")
    (indicator,) = load_indicators([put(tmp_path, text)])
    assert (indicator.council_periods, indicator.ward_periods, indicator.breakdown_periods) == ((), (), ("quarter",))


def test_a_ready_made_indicator_has_the_periods_its_figures_come_with(tmp_path: Path) -> None:
    (indicator,) = load_indicators([put(tmp_path, reported(council_periods=[], ward_periods=[]), versions=())])
    assert indicator.council_periods == ()


def test_an_indicator_is_defined_once_over_all_folders(tmp_path: Path) -> None:
    assert "the indicator `lamps_mended` is defined already" in problems(put(tmp_path / "ours"), put(tmp_path / "theirs"))


def test_a_council_adds_indicators_in_a_folder_of_its_own(tmp_path: Path) -> None:
    put(tmp_path / "own", YAML.replace("lamps_mended", "lamps_dark"), name="lamps_dark")
    found = load_indicators([put(tmp_path / "project"), tmp_path / "own"])
    assert [indicator.indicator_id for indicator in found] == ["lamps_dark", "lamps_mended"]


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    assert "own: there is no such folder of indicators" in problems(put(tmp_path / "project"), tmp_path / "own")


def test_every_fault_of_every_file_is_told_at_once(tmp_path: Path) -> None:
    put(tmp_path, YAML.replace("polarity: high", "polarity: up"))
    put(tmp_path, YAML.replace("lamps_mended", "lamps_dark").replace("theme: effectiveness", "theme: x"), name="lamps_dark")
    told = problems(tmp_path)
    assert "lamps_mended.yml" in told
    assert "lamps_dark.yml" in told


def test_a_suggestion_is_made_only_where_a_name_is_alike() -> None:
    assert suggest("Lamp_mended", ["lamps_mended", "repairs"]) == " Did you mean `lamps_mended`?"
    assert suggest("xyz", ["lamps_mended"]) == ""


def own_indicators() -> list[Indicator]:
    return load_indicators([PROJECT / "dbt_project" / "models" / "indicators"])


def test_the_project_s_own_indicators_are_sound() -> None:
    found = own_indicators()
    assert found
    assert indicator_rows(found).select(pl.col("indicator_id").is_unique().all()).item()

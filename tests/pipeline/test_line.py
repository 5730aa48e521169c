"""The whole line over the small council: what is published, what is kept out, and what people are told."""

from __future__ import annotations

import json
import re
import sqlite3
import zipfile
from datetime import date
from pathlib import Path

import duckdb
import frictionless
import pytest
from checkers import CHECKERS, by_shacl
from line import Line
from small_council import COUNCIL, SOURCES, write_council
from small_council.place import PLANTED

from pipelines.contract import read_contracts
from pipelines.council import load_council
from pipelines.disclosure.attack import attack, read_release
from pipelines.disclosure.audit import true_ones
from pipelines.disclosure.safe import read_sums
from pipelines.model import read_manifest
from pipelines.publication.attachments import make
from pipelines.workspace import Workspace

DATASETS = {
    "performance": {
        "observation", "latest", "equity", "assessment", "comparison", "service_value_for_money", "summary", "indicator",
        "adoption", "calendar", "method", "calculation", "target", "comparator", "comparator_group", "commentary", "event",
        "missing_commentary", "action", "milestone", "risk", "case_study", "quote",
        "priority", "area", "period", "revision", "withheld", "release", "source_snapshot", "dataset_metadata",
        "definition_check", "reported_figure", "heading_disagreement", "contradiction", "restatement", "indicator_name",
    },
    "services": {"request"},
    "complaints": {"case_count"},
    "survey": {"answer"},
    "data-quality": {"delivery", "rule", "field", "source_month"},
}  # fmt: skip
OBSERVATION = (
    "indicator_id,method_version,period_type,period_start,period_end,area_code,breakdown,breakdown_value,"
    "numerator,denominator,value,lower_95,upper_95,value_status,value_note"
)


@pytest.fixture(scope="module")
def council(tmp_path_factory: pytest.TempPathFactory) -> Line:
    line = Line(tmp_path_factory.mktemp("council"), council=COUNCIL, sources=SOURCES)
    write_council(line.inbox)
    done = line.run()
    assert done.returncode == 0, done.stdout + done.stderr
    line.environment["SAID"] = done.stdout + done.stderr
    return line


def said(line: Line) -> str:
    return " ".join(line.environment["SAID"].split())


def test_a_second_run_with_nothing_new_says_so_and_touches_nothing(council: Line) -> None:
    before = council.published()
    done = council.run()
    assert done.returncode == 0
    assert "Nothing new" in done.stdout
    assert council.published() == before


def test_the_five_datasets_and_their_tables_are_there_and_valid(council: Line) -> None:
    for dataset, tables in DATASETS.items():
        found = {path.stem for path in (council.publish / dataset / "data").glob("*.csv")}
        assert found == tables
        report = frictionless.validate(str(council.publish / dataset / "datapackage.json"))
        assert report.valid, report.flatten(["type", "message"])[:5]
        for resource in council.descriptor(dataset)["resources"]:
            assert {"bytes", "hash", "schema", "description"} <= set(resource)
            assert all(field["description"] for field in resource["schema"]["fields"])


@pytest.mark.parametrize("checker", CHECKERS)
def test_checkers_that_others_wrote_accept_every_dataset(council: Line, checker: str) -> None:
    for dataset in DATASETS:
        assert CHECKERS[checker](council.publish / dataset) == [], dataset
    assert by_shacl(council.publish / "catalogue" / "dcat.ttl") == []


def test_every_dataset_is_a_workbook(council: Line, tmp_path: Path) -> None:
    made = {path.name for path in make(council.publish, tmp_path)}
    assert {f"{dataset}.xlsx" for dataset in DATASETS} <= made
    with zipfile.ZipFile(tmp_path / "performance.xlsx") as book:
        assert not any(b"<f>" in book.read(part) for part in book.namelist()), "no cell is a formula"


def test_latest_has_one_row_an_indicator_that_is_in_the_figures(council: Line) -> None:
    latest, data = council.table("performance", "latest"), council.publish / "performance/data"
    assert [row["indicator_id"] for row in latest] == [row["indicator_id"] for row in council.table("performance", "indicator")]
    figures = duckdb.read_csv(str(data / "observation.csv"), all_varchar=True)  # noqa: F841
    indicators = duckdb.read_csv(str(data / "indicator.csv"), all_varchar=True)  # noqa: F841
    for row in (row for row in latest if row["period_type"]):
        series = duckdb.sql(
            f"""select period_end, period_start, value, value_note from figures join indicators using (indicator_id)
            where indicator_id = '{row["indicator_id"]}' and method_version = latest_version and breakdown = 'all'
            and area_code = '{row["area_code"]}' and period_type = '{row["period_type"]}' order by period_end desc"""
        ).fetchall()
        assert (row["period_end"], row["period_start"]) == series[0][:2]
        assert (row["value"] or None, row["value_note"] or None) == series[0][2:]
        if len(series) > 1:
            assert (row["previous_value"] or None, row["previous_note"] or None) == series[1][2:]
    some = {column for row in latest for column, value in row.items() if value}
    assert {"target", "target_label", "comparator_median", "comparator_label", "previous_label", "owner"} <= some


def test_the_calendar_has_every_day_of_whole_financial_years(council: Line) -> None:
    days = council.table("performance", "calendar")
    first, last = (date.fromisoformat(days[at]["calendar_date"]) for at in (0, -1))
    assert ((first.month, first.day), (last.month, last.day)) == ((4, 1), (3, 31))
    assert len(days) == (last - first).days + 1
    periods = {row["label"] for row in council.table("performance", "period") if row["period_type"] in ("month", "quarter")}
    assert periods <= {row[label] for row in days for label in ("month_label", "quarter_label")}
    ends = {row["period_end"] for row in council.table("performance", "observation")}
    assert ends <= {row["calendar_date"] for row in days}


def test_each_indicator_has_small_files_with_its_rows(council: Line) -> None:
    folder = council.publish / "performance/indicators"
    rows = council.table("performance", "observation")
    names = {row["indicator_id"] for row in rows}
    assert {path.name for path in folder.iterdir()} == {f"{name}.{kind}" for name in names for kind in ("csv", "json")}
    for name in names:
        content = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
        values = [dict(zip(content["columns"], row, strict=True)) for row in content["rows"]]
        published = [row for row in rows if row["indicator_id"] == name]
        assert [float(row["value"]) if row["value"] else None for row in published] == [row["value"] for row in values]
        assert [row["value_note"] for row in published] == [row["value_note"] or "" for row in values]
        assert all(row["area_name"] and row["period_label"] for row in values)
        assert content["about"]["title"]
        assert isinstance(content["about"]["decimals"], int)
        assert len((folder / f"{name}.csv").read_text(encoding="utf-8").splitlines()) == len(values) + 1


def test_tables_are_plain_text_that_any_program_reads(council: Line) -> None:
    for path in council.publish.rglob("*.csv"):
        content = path.read_bytes()
        assert not content.startswith(b"\xef\xbb\xbf"), path.name
        assert b"\r" not in content, path.name
        content.decode("utf-8")
    header = (council.publish / "performance/data/observation.csv").read_text(encoding="utf-8").splitlines()[0]
    assert header == OBSERVATION


def test_observations_keep_to_their_names_and_bounds(council: Line) -> None:
    rows = council.table("performance", "observation")
    units = {row["indicator_id"]: row["unit"] for row in council.table("performance", "indicator")}
    assert len({row["indicator_id"] for row in rows}) >= 6
    assert {row["period_type"] for row in rows} >= {"month", "quarter", "financial_year", "year_to_date", "wave"}
    assert len({row["area_code"] for row in rows}) > 1
    for row in rows:
        assert row["value_status"] in {"final", "provisional", "revised"}
        assert row["value_note"] in {"", "c", "x", "z", "u"}
        if row["value_note"] in {"c", "x", "z"}:
            assert row["value"] == ""
        elif units[row["indicator_id"]] == "percent":
            assert 0 <= float(row["value"]) <= 100
            if row["lower_95"]:
                assert float(row["lower_95"]) <= float(row["value"]) <= float(row["upper_95"])


def test_no_small_count_of_people_is_published(council: Line) -> None:
    tables = {"services": "request", "complaints": "case_count", "survey": "answer"}
    counts = {"request": ["opened", "closed", "closed_in_time", "open_at_end", "overdue_at_end"]}
    counts |= {"case_count": ["received", "closed"], "answer": ["base"]}
    for dataset, table in tables.items():
        rows = council.table(dataset, table)
        assert rows
        for row in rows:
            shown = [row[name] for name in counts[table] if row[name]]
            assert not [value for value in shown if 1 <= float(value) <= 4], row
    for row in council.table("performance", "observation"):
        if row["numerator"] and row["denominator"] and float(row["denominator"]) > 0:
            assert not 1 <= float(row["numerator"]) <= 4
    withheld = [row for row in council.table("performance", "observation") if row["value_note"] == "c"]
    assert withheld
    assert all(row["numerator"] == row["value"] == row["lower_95"] == "" for row in withheld)


def test_groups_are_compared_by_what_is_published_alone(council: Line) -> None:
    key = ("indicator_id", "method_version", "period_type", "period_start", "period_end")
    figures = {(*(row[name] for name in key), row["area_code"]): row for row in council.table("performance", "observation")}
    rows = [row for row in council.table("performance", "equity") if row["breakdown"] == "ward"]
    assert rows
    for row in rows:
        for side in ("best", "worst"):
            figure = figures[(*(row[name] for name in key), row[f"{side}_group"])]
            assert figure["value_note"] == ""
            assert figure["value"] == row[f"{side}_value"]


def test_what_is_said_of_figures_rests_on_published_ones_alone(council: Line) -> None:
    workspace = Workspace.at(state=council.state, publish=council.publish)
    manifest = read_manifest(workspace)
    contracts = read_contracts(manifest)
    after = {key for key, node in manifest["nodes"].items() if "release" in node["config"].get("tags", [])}
    read = {parent for key in after for parent in manifest["nodes"][key]["depends_on"]["nodes"]} - after
    tables = {name for key in read if (name := key.split(".")[2]) in contracts}
    assert {"target", "comparator"} <= tables
    assert [name for name in tables if contracts[name].governed or not contracts[name].published] == []


def test_every_figure_is_assessed_in_sentences(council: Line) -> None:
    figures = [row for row in council.table("performance", "observation") if row["breakdown"] == "all"]
    rows = council.table("performance", "assessment")
    whole = [row for row in rows if row["area_code"] == "E06000999"]
    judged = [row for row in figures if row["area_code"] == "E06000999" or row["period_type"] not in ("month", "quarter")]
    assert len(rows) == len(judged)
    assert {"green", "red", "no_target"} <= {row["rag"] for row in whole}
    assert {row["direction"] for row in whole} == {"improved", "stayed the same", "got worse", "cannot say"}
    assert all(row["rag_sentence"] and row["direction_sentence"] for row in rows)
    assert all(row["peers_sentence"] for row in whole)
    tax = [row for row in whole if row["indicator_id"] == "council_tax_collected"]
    assert {row["peers"] for row in tax} == {"6"}
    for row in council.table("performance", "summary"):
        parts = ("improved", "stayed_the_same", "got_worse", "cannot_say")
        assert int(row["indicators"]) == sum(int(row[part]) for part in parts)


def test_what_officers_wrote_is_published_where_it_is_marked(council: Line) -> None:
    published = {"action": ["A1", "A3"], "risk": ["R1"], "quote": ["Q1"], "case_study": ["C1"]}
    for table, ids in published.items():
        assert [row[f"{table}_id"] for row in council.table("performance", table)] == ids
    assert [row["is_overdue"] for row in council.table("performance", "action")] == ["false", "true"]
    assert council.table("performance", "quote")[0]["quote"] == "'=They came when they said."
    assert council.table("performance", "case_study")[0]["story"].splitlines()[2] == "We had a cover over it by noon."
    assert "Head of Waste: missed_bins_in_time, 2025/26 (red)" in council.command("status", *council.places).stdout


def test_nobody_can_work_out_what_is_withheld(council: Line) -> None:
    manifest = read_manifest(Workspace.at(council=COUNCIL, sources=SOURCES, state=council.state, publish=council.publish))
    tables = [table for table in read_contracts(manifest).values() if table.layer == "mart"]
    owner = load_council(COUNCIL)
    exposed = attack([read_release(council.publish)], tables, owner, read_sums(council.state / "reference"))
    assert true_ones(exposed, tables, owner, council.state / "marts") == []


def test_every_row_received_is_accounted_for(council: Line) -> None:
    rows = council.table("data-quality", "delivery")
    checked = 0
    for row in rows:
        parts = [row[name] for name in ("rows_read", "rows_accepted", "rows_quarantined", "rows_layout")]
        if all(parts):
            read, *others = (int(part) for part in parts)
            assert read == sum(others), row
            checked += 1
    assert checked > 20


def test_the_broken_delivery_is_told_and_the_last_good_data_stay(council: Line) -> None:
    assert "complaints goes on with its last good data: the delivery complaints_2026-10.xlsx is broken" in said(council)
    status = council.command("status", *council.places)
    assert status.returncode == 0
    assert "complaints_2026-10.xlsx is broken" in " ".join(status.stdout.split())
    months = {
        row["period_start"] for row in council.table("performance", "observation") if row["indicator_id"] == "complaints_rate"
    }
    assert "2026-08-01" in months
    assert "2026-09-01" not in months  # the last good delivery came on 3 September


def test_what_is_personal_stays_in_landing(council: Line) -> None:
    planted = [text.encode() for text in PLANTED]
    landed = b"".join(path.read_bytes() for path in (council.state / "landing" / "blobs").iterdir())
    assert any(text in landed for text in planted)
    for path in [*council.publish.rglob("*"), *(council.state / "dagster").rglob("*"), *(council.state / "dbt").rglob("*")]:
        if path.is_file():
            content = path.read_bytes()
            assert not [text for text in planted if text in content], path.name
    for folder in ("accepted", "quarantine", "reference", "marts", "safe", "released", "previous"):
        for path in (council.state / folder).rglob("*.parquet"):
            relation = duckdb.sql(f"select * from read_parquet('{path}')")
            everything = " || ' ' || ".join(f"coalesce(cast(\"{name}\" as varchar), '')" for name in relation.columns)
            for text in PLANTED:
                hits = duckdb.execute(
                    f"select count(*) from read_parquet('{path}') where contains({everything}, ?)", [text]
                ).fetchall()
                assert hits == [(0,)], path.name
    assert not [text for text in PLANTED if text in council.environment["SAID"]]


def test_every_observation_can_be_joined_to_the_quality_of_what_it_rests_on(council: Line, tmp_path: Path) -> None:
    guide = (Path(__file__).parents[2] / "docs/reading-the-tables.md").read_text(encoding="utf-8")
    query = guide.split("```sql")[2].split("```")[0].replace("'published/", f"'{council.publish}/")
    joined = duckdb.sql(query)  # noqa: F841, DuckDB reads it by its name
    key = "indicator_id, method_version, period_type, period_start, period_end, area_code, breakdown, breakdown_value"
    observation = f"read_csv('{council.publish}/performance/data/observation.csv', all_varchar = true)"
    lost = f"select {key} from {observation} except select columns(*)::varchar from (select {key} from joined)"
    assert duckdb.sql(lost).fetchall() == []
    assert duckdb.sql(f"select count(*) - (select count(*) from {observation}) from joined").fetchall() == [(0,)]
    told = "count(percentage_set_aside), max(percentage_set_aside), max(percentage_received_late), min(last_received_on)"
    shares, most, late, first = duckdb.sql(f"select {told} from joined").fetchall()[0]
    assert shares > 0
    assert most > 0 or late > 0
    assert first is not None


def test_the_quality_of_data_is_told_by_source_field_and_month(council: Line) -> None:
    rules = council.table("data-quality", "rule")
    assert {row["dimension"] for row in rules} == {"completeness", "uniqueness", "consistency", "validity"}
    deliveries = council.table("data-quality", "delivery")
    assert {row["days_late"] for row in deliveries if row["source"] == "population"} != {""}
    assert [row for row in deliveries if int(row["days_late"]) > 0]
    for row in [*deliveries, *rules, *council.table("data-quality", "field")]:
        assert re.fullmatch(r"\d{4}-\d{2}-01", row["month_received"])
    months: dict[str, list[str]] = {}
    for row in council.table("data-quality", "source_month"):
        months.setdefault(row["source"], []).append(row["month"])
    for source, found in months.items():
        assert found == sorted(set(found)), source
        assert len(found) == 12 * (int(found[-1][:4]) - int(found[0][:4])) + int(found[-1][5:7]) - int(found[0][5:7]) + 1, source


def test_the_state_folder_is_for_its_owner_alone(council: Line) -> None:
    assert council.state.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in (council.state / "landing" / "blobs").iterdir()} == {0o400}


def test_explain_tells_the_story_of_every_indicator(council: Line) -> None:
    observations = council.table("performance", "observation")
    labels = {(p["period_type"], p["period_start"], p["period_end"]): p["label"] for p in council.table("performance", "period")}
    latest = {}
    for row in observations:
        if row["value_note"] == "" and row["numerator"]:
            latest[(row["indicator_id"], row["area_code"][:3])] = row
    assert len(latest) >= 10
    for row in list(latest.values())[:12]:
        label = labels[(row["period_type"], row["period_start"], row["period_end"])]
        # years to date of one year begin together, so that only the label tells them apart
        period = label if row["period_type"] == "year_to_date" else f"{row['period_type']} {row['period_start']}"
        told = council.command(
            "explain", row["indicator_id"], "--period", period, "--area", row["area_code"],
            "--version", row["method_version"], "--publish", str(council.publish),
        )  # fmt: skip
        assert told.returncode == 0, told.stdout + told.stderr
        text = told.stdout
        number = f"{float(row['numerator']):.4f}".rstrip("0").rstrip(".")
        assert re.search(rf"Numerator\s+{re.escape(number)}", text.replace(",", "")), (row, text)
        assert "SHA-256" in text
        assert "Rows counted" in text
        assert "quarantined" in text
        assert "select" in text or "As reported by" in text


def test_explain_and_verify_answer_mistakes_with_help(council: Line) -> None:
    unknown = council.command("explain", "repairs_in_tim", "--publish", str(council.publish))
    assert unknown.returncode != 0
    assert "Did you mean `repairs_in_time`?" in unknown.stdout + unknown.stderr
    assert "Traceback" not in unknown.stderr
    fine = council.command("verify", str(council.publish))
    assert fine.returncode == 0, fine.stderr
    nowhere = council.command("verify", str(council.root / "nowhere"))
    assert nowhere.returncode != 0
    assert "Traceback" not in nowhere.stderr


def test_verify_finds_one_changed_byte(council: Line, tmp_path: Path) -> None:
    import shutil

    copy = tmp_path / "published"
    shutil.copytree(council.publish, copy)
    table = copy / "services" / "data" / "request.csv"
    content = bytearray(table.read_bytes())
    content[-5] ^= 1
    table.write_bytes(bytes(content))
    found = council.command("verify", str(copy))
    assert found.returncode != 0
    assert "request.csv" in found.stderr


def test_dagster_has_the_run_with_readable_metadata_and_no_record(council: Line) -> None:
    database = next((council.state / "dagster" / "history" / "runs").glob("*-*.db"))
    with sqlite3.connect(database) as connection:
        kinds = dict(connection.execute("select dagster_event_type, count(*) from event_logs group by 1").fetchall())
        events = " ".join(row[0] for row in connection.execute("select event from event_logs").fetchall())
    assert kinds["ASSET_MATERIALIZATION"] > 60
    assert kinds["ASSET_CHECK_EVALUATION"] > 90
    for word in ("rows_read", "accepted", "quarantined", "top_reasons", "sha256", "personal_data", "last_delivery_usable"):
        assert word in events


def test_every_definition_is_checked_alone_and_the_set_as_a_set(council: Line) -> None:
    rows = council.table("performance", "definition_check")
    alone = {(row["subject"], row["criterion"]): row["met"] for row in rows if row["scope"] == "indicator"}
    adopted = {row["indicator_id"] for row in council.table("performance", "adoption")}
    assert {subject for subject, _ in alone} == adopted
    assert len(alone) == 12 * len(adopted)
    assert alone["repairs_in_time", "balanced"] == alone["repairs_in_time", "achievable"] == "true"
    assert alone["council_tax_collected", "balanced"] == alone["complaints_rate", "achievable"] == "false"
    assert alone["repairs_in_time", "cost_effective"] == "false"
    together = {(row["subject"], row["criterion"]): row["met"] for row in rows if row["scope"] == "set"}
    assert together["theme", "effectiveness"] == together["priority", "homes"] == "true"
    assert "false" in together.values()


def test_indicators_check_says_what_to_do_about_each_gap(council: Line) -> None:
    said = council.command("indicators", "check", "--publish", str(council.publish))
    assert said.returncode == 0, said.stderr
    assert "cost_effective: Nobody says what it takes to collect" in said.stdout
    told = json.loads(council.command("indicators", "check", "--publish", str(council.publish), "--json").stdout)
    assert {row["met"] for row in told} == {True, False}
    unpublished = next(row for row in told if row["subject"] == "planning_days")
    assert (unpublished["criterion"], unpublished["met"]) == ("published", False)
    assert "not in the release; have them adopted, and run:" in said.stdout
    nowhere = council.command("indicators", "check", "--publish", str(council.root / "nowhere"))
    assert nowhere.returncode == 1
    assert "run first" in nowhere.stderr


def test_a_council_that_rounds_its_counts_gets_a_release_of_rounded_counts(council: Line, tmp_path: Path) -> None:
    told = tmp_path / "council.yml"
    text = COUNCIL.read_text(encoding="utf-8")
    told.write_text(text.replace("{smallest_count: 5}", "{smallest_count: 5, round_to: 5}"), encoding="utf-8")
    rounding = Line(tmp_path, council=told, sources=SOURCES)
    rounding.inbox.symlink_to(council.inbox)
    done = rounding.run()
    assert done.returncode == 0, done.stdout + done.stderr
    counts = [row["closed"] for row in rounding.table("services", "request") if row["closed"]]
    assert counts
    assert all(int(count) % 5 == 0 for count in counts)
    assert any(row["value"] for row in rounding.table("performance", "latest"))

"""What officers write, through the whole line: what is published, what is not, and what is asked for."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from datetime import date, datetime
from pathlib import Path

import pytest
from line import PROJECT, Line
from test_stops import FACTS, small_line

from pipelines.consent import ended
from pipelines.personal import search

YAML = FACTS.replace("*.csv", "*.yml").replace("{{type: csv, encoding: utf-8}}", "{{type: yaml, records: {name}}}")
CONSENT = "consent: consent, consent_means: by, consented_on: on, consent_until: until, publish: publish}\n"
SOURCES = {
    "priorities": (FACTS, "record_type: priority\ncolumns: {priority_id: Priority, title: Title}\n"),
    "targets": (FACTS, "record_type: target\ncolumns: {indicator_id: Indicator, period_type: {constant: financial_year},"
                " period_start: From, period_end: To, target: Target, tolerance: Tolerance, profile: {constant: flat}}\n"),
    "actions": (FACTS, "record_type: action\ncolumns: {action_id: Action, title: Title, indicator_id: Indicator,"
                " priority_id: Priority, owner: Owner, due_on: Due, status: Status, completed_on: Done, publish: Publish}\n"
                "quarantine_limit_percent: 60\n"),
    "milestones": (FACTS, "record_type: milestone\ncolumns: {action_id: Action, milestone_id: Number, title: Title, due_on: Due,"
                   " status: Status, publish: Publish}\n"),
    "events": (FACTS, "record_type: event\ncolumns: {event_id: Event, starts_on: From, title: Title, publish: Publish}\n"),
    "risks": (FACTS, "record_type: risk\ncolumns: {risk_id: Risk, title: Title, priority_id: Priority, owner: Owner,"
              " likelihood: Likelihood, impact: Impact, status: {constant: open}, publish: Publish}\n"),
    "quotes": (YAML, "delivers: everything\nrecord_type: quote\nquarantine_limit_percent: 60\ncolumns: {quote_id: id,"
               " quote: words, said_by: who, indicator_id: indicator, " + CONSENT),
    "case_studies": (YAML, "delivers: everything\nrecord_type: case_study\ncolumns: {case_study_id: id, title: title,"
                     " story: story, " + CONSENT),
}  # fmt: skip
FILES = {
    "priorities/plan.csv": "Priority,Title\nhomes,Safe homes\n",
    "targets/agreed.csv": "Indicator,From,To,Target,Tolerance\nrepairs_in_time,2025-04-01,2026-03-31,95,1\n",
    "actions/a.csv": """Action,Title,Indicator,Priority,Owner,Due,Status,Done,Publish
A1,Published and soon overdue,repairs_in_time,homes,Head of Housing,2025-08-20,on_track,,yes
A2,Published and done,,homes,Head of Housing,2025-05-01,done,2025-07-01,yes
A3,Not marked,,homes,Head of Housing,,on_track,,no
A4,Nobody said,,homes,Head of Housing,,on_track,,
A5,Of an indicator that is not adopted,waste_recycled,,Head of Housing,,on_track,,yes
A6,Of a priority that is not in the plan,,parks,Head of Housing,,on_track,,yes
A7,Done on no day,,homes,Head of Housing,,done,,yes
A8,<script>alert(1)</script>,,homes,Head of Housing,,on_track,,yes
A9,=HYPERLINK("https://example.org"),,homes,Head of Housing,,on_track,,yes
""",
    "milestones/m.csv": """Action,Number,Title,Due,Status,Publish
A1,1,Published,2025-07-01,late,yes
A1,2,Not marked,,on_track,no
A3,1,Of an action that is not marked,,on_track,yes
AX,1,Of an action that nobody told of,,on_track,yes
""",
    "events/e.csv": "Event,From,Title,Publish\nE1,2025-05-01,A storm,\nE2,2025-06-01,Of a claim at court,no\n",
    "risks/r.csv": """Risk,Title,Priority,Owner,Likelihood,Impact,Publish
R1,Published,homes,Head of Housing,4,5,yes
R2,Not marked,homes,Head of Housing,4,5,
""",
    "quotes/q.yml": """quotes:
  - {id: Q1, words: Said until the end of August., who: A tenant, indicator: repairs_in_time, publish: yes,
     consent: given, by: in_writing, on: 2025-05-01, until: 2025-08-31}
  - {id: Q2, words: Said without an end., publish: yes, consent: given, by: spoken, on: 2025-05-01}
  - {id: Q3, words: Consent has lapsed., publish: yes, consent: given, by: spoken, on: 2024-05-01, until: 2025-08-01}
  - {id: Q4, words: Consent is yet to come., publish: yes, consent: given, by: spoken, on: 2025-12-01}
  - {id: Q5, words: Consent was refused., publish: yes, consent: refused}
  - {id: Q6, words: Not marked., publish: no, consent: given, by: spoken, on: 2025-05-01}
  - {id: Q7, words: Nobody said., consent: given, by: spoken, on: 2025-05-01}
  - {id: Q8, words: Of what is not adopted., indicator: waste_recycled, publish: yes, consent: given, by: spoken, on: 2025-05-01}
  - {id: Q9, words: Consent by no means., publish: yes, consent: given}
""",
    "case_studies/c.yml": """case_studies:
  - {id: C1, title: Nobody is in it, story: A pipe was mended., publish: yes, consent: not_needed, by: ~, on: ~, until: ~}
  - {id: C2, title: Somebody withdrew, publish: yes, consent: withdrawn}
""",
    "comments/c.csv": "Indicator,Type,Start,Text,Publish\n"
    "repairs_in_time,month,2025-05-01,We were short of joiners.,yes\nrepairs_in_time,month,2025-07-01,A draft.,no\n"
    "repairs_in_time,month,2025-05-02,Of no month.,no\n",
}
LATER = """quotes:
  - {id: Q1, words: Said until the end of August., who: A tenant, indicator: repairs_in_time, publish: yes,
     consent: given, by: in_writing, on: 2025-05-01, until: 2025-08-31}
  - {id: Q2, words: ~, publish: yes, consent: withdrawn}
  - {id: Q10, words: A new one., publish: yes, consent: given, by: online, on: 2025-09-01}
"""
FIRST, SECOND = datetime(2025, 8, 6), datetime(2025, 9, 10)


def drop(line: Line, name: str, content: str, received: datetime) -> None:
    path = line.inbox / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, encoding="utf-8")
    os.utime(path, (received.timestamp(), received.timestamp()))


@pytest.fixture(scope="module")
def council(tmp_path_factory: pytest.TempPathFactory) -> Line:
    """A council of one ward whose officers have written something of each kind, with a first release."""
    line = small_line(tmp_path_factory.mktemp("council"), PROJECT)
    assert line.sources
    for name, (facts, columns) in SOURCES.items():
        path = line.sources / name / "source.yml"
        path.parent.mkdir()
        path.write_text(facts.format(name=name) + columns, encoding="utf-8")
    for name, content in FILES.items():
        drop(line, name, content, FIRST)
    done = line.run()
    assert done.returncode == 0, done.stdout + done.stderr
    (line.root / "said").write_text(done.stdout, encoding="utf-8")
    return line


def ids(line: Line, table: str, column: str) -> list[str]:
    return [row[column] for row in line.table("performance", table)]


def tables(line: Line) -> str:
    """The text of every published table."""
    return "".join(path.read_text(encoding="utf-8") for path in line.publish.glob("*/data/*.csv"))


def test_only_what_is_marked_for_publication_is_published(council: Line) -> None:
    assert ids(council, "action", "action_id") == ["A1", "A2", "A9"]
    assert ids(council, "milestone", "milestone_id") == ["1"]
    assert ids(council, "event", "event_id") == ["E1"]
    assert ids(council, "risk", "risk_id") == ["R1"]
    assert ids(council, "case_study", "case_study_id") == ["C1"]
    assert council.table("performance", "milestone")[0]["owner"] == "Head of Housing"  # its action's
    assert council.table("performance", "risk")[0]["score"] == "20"
    kept = tables(council)
    for words in (
        "Not marked",
        "Nobody said",
        "not in the plan",
        "not adopted",
        "nobody told",
        "withdrew",
        "A draft",
        "at court",
    ):
        assert words not in kept, words


def test_a_quote_is_published_while_there_is_consent_to_it(council: Line) -> None:
    assert ids(council, "quote", "quote_id") == ["Q1", "Q2"]
    assert ids(council, "quote", "consent_until") == ["2025-08-31", ""]
    assert [words for words in ("lapsed", "yet to come", "refused", "by no means") if words in tables(council)] == []


def test_what_breaks_a_contract_is_set_aside_with_its_reason(council: Line) -> None:
    places = ("--state", str(council.state), "--council", str(council.council), "--sources", str(council.sources))
    told = json.loads(council.command("quarantine", "list", *places, "--json").stdout)
    reasons = {(row["source"], row["field"], row["rule"], row["rows"]) for row in told}
    assert reasons == {
        ("actions", "row", "done_without_day", 1),
        ("actions", "title", "no_markup", 1),
        ("quotes", "row", "consent_not_recorded", 1),
    }


def test_what_nobody_knows_is_listed_among_the_checks(council: Line) -> None:
    with sqlite3.connect(council.state / "dagster" / "history" / "runs" / "index.db") as connection:
        query = "select check_name, execution_status from asset_check_executions where check_name like 'stg_%_of_known_%'"
        found = dict(connection.execute(query).fetchall())
    assert {name for name, status in found.items() if status == "FAILED"} == {
        "stg_action_of_known_indicators",
        "stg_action_of_known_priorities",
        "stg_commentary_of_known_periods",
        "stg_milestone_of_known_actions",
        "stg_quote_of_known_indicators",
    }
    assert {"stg_risk_of_known_priorities", "stg_case_study_of_known_indicators"} <= set(found)


def test_what_nobody_knows_is_told_with_its_ids(council: Line) -> None:
    said = " ".join((council.root / "said").read_text(encoding="utf-8").split())
    assert "! action names an indicator that is not adopted; it is not published: waste_recycled" in said
    assert "! action names a priority that is not in the council plan; it is not published: parks" in said
    assert "! milestone names an action that nobody has told of; it is not published: AX" in said
    assert (
        "! commentary is about a period that has no figure; it explains nothing that is published: repairs_in_time/month/" in said
    )


def test_a_text_that_a_spreadsheet_would_run_is_only_text(council: Line) -> None:
    assert council.table("performance", "action")[2]["title"] == '\'=HYPERLINK("https://example.org")'


def test_red_and_amber_figures_without_commentary_are_listed_and_told(council: Line) -> None:
    unmet = {
        (row["period_type"], row["period_start"], row["period_end"])
        for row in council.table("performance", "assessment")
        if row["rag"] in ("red", "amber") and row["area_code"] == "E06000996" and row["method_version"] == "2"
    }
    rows = council.table("performance", "missing_commentary")
    listed = {(row["period_type"], row["period_start"], row["period_end"]): row for row in rows}
    assert unmet - set(listed) == {("month", "2025-05-01", "2025-05-31")}
    assert set(listed) < unmet
    july = listed["month", "2025-07-01", "2025-07-31"]
    assert (july["owner"], july["is_latest"], july["is_received"]) == ("Housing", "true", "true")
    assert listed["month", "2025-06-01", "2025-06-30"]["is_latest"] == "false"
    said = " ".join(council.command("status", *council.places).stdout.split())
    assert "Housing: repairs_in_time, July 2025 (red; received, not marked for publication)" in said
    assert "June 2025" not in said
    told = json.loads(council.command("status", *council.places, "--json").stdout)["missing_commentary"]
    assert {"owner": "Housing", "indicator": "repairs_in_time", "period": "July 2025", "rag": "red", "is_received": True} in told


def test_consent_that_has_ended_since_the_release_is_told(council: Line) -> None:
    assert ended(council.publish, date(2025, 8, 31)) == []
    gone = {"table": "quote", "id": "Q1", "consent_until": "2025-08-31"}
    assert ended(council.publish, date(2025, 9, 1)) == [gone]
    said = " ".join(council.command("status", *council.places).stdout.split())
    assert "Consent to the quote Q1 ended on 2025-08-31; take it out: yardstick run --as-of 20" in said
    assert json.loads(council.command("status", *council.places, "--json").stdout)["consent_ended"] == [gone]


def test_consent_that_has_ended_takes_the_words_out_of_every_table(council: Line, tmp_path: Path) -> None:
    line = Line(tmp_path, council=council.council, sources=council.sources)
    for folder in ("inbox", "state", "published"):
        shutil.copytree(council.root / folder, tmp_path / folder)
    drop(line, "quotes/later.yml", LATER, SECOND)
    done = line.run()
    assert done.returncode == 0, done.stdout + done.stderr
    assert ids(line, "quote", "quote_id") == ["Q10"]
    assert {row["action_id"]: row["is_overdue"] for row in line.table("performance", "action")} == {
        "A1": "true", "A2": "false", "A9": "false",
    }  # fmt: skip
    gone = [row for row in line.table("performance", "revision") if row["table_name"] == "quote"]
    assert {row["record_key"] for row in gone} == {"quote_id=Q1", "quote_id=Q2"}
    assert {row["old_value"] for row in gone if row["field"] in ("quote", "said_by")} == {""}
    for path in line.publish.rglob("*"):
        if path.is_file():
            assert b"end of August" not in path.read_bytes(), path
            assert b"without an end" not in path.read_bytes(), path
    assert line.command("verify", str(line.publish)).returncode == 0
    (line.inbox / "quotes" / "later.yml").unlink()
    shutil.rmtree(line.state)
    assert line.run("--as-of", "2025-08-06").returncode == 0  # of what had come by then
    assert ids(line, "quote", "quote_id") == ["Q2"]


@pytest.mark.parametrize(
    ("table", "column", "published"),
    [("quote", "quote", "Said without an end."), ("case_study", "story", "A pipe was mended."),
     ("action", "title", "Published and done"), ("milestone", "title", "Published"),
     ("risk", "title", "Published"), ("event", "title", "A storm")],
)  # fmt: skip
def test_the_gate_for_personal_data_finds_it_in_each_table(
    council: Line, tmp_path: Path, table: str, column: str, published: str
) -> None:
    shutil.copytree(council.publish, tmp_path / "candidate")
    path = tmp_path / "candidate" / "performance" / "data" / f"{table}.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(published, "Ring me on 01632 960123."), encoding="utf-8")
    found, _ = search(tmp_path / "candidate", {}, frozenset({"team@council.example"}))
    assert [(one.where, one.kind) for one in found] == [(f"performance/{table}.{column}", "a telephone number")]

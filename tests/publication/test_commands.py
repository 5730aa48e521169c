"""The commands ``publish`` and ``pull``, and the workflow that calls them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
import yaml
from git_remote import GitRemote
from git_server import GitServer
from github_server import GitHubServer
from pytest_httpserver import HTTPServer
from small_release import SmallRelease
from typer.main import get_command
from typer.testing import CliRunner, Result

from pipelines.cli import app
from pipelines.run import alone
from pipelines.verify import verify
from pipelines.workspace import Workspace

PROJECT = Path(__file__).resolve().parents[2]
SECRET = "s3cret-t0ken"


@pytest.fixture(autouse=True)
def _no_token(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GITHUB_TOKEN", "GITHUB_SERVER_URL", "GITHUB_API_URL", "YARDSTICK_GIT_TOKEN"):
        monkeypatch.delenv(name, raising=False)


def typed(small: SmallRelease, *arguments: str) -> Result:
    places = ["--state", str(small.folder / "state"), "--publish", str(small.publish)]
    return CliRunner().invoke(app, [*arguments, *places])


def test_publishing_and_taking_up_a_release_from_the_command_line(small: SmallRelease, tmp_path: Path) -> None:
    small.make()
    remote = GitRemote.new(tmp_path / "remote.git")
    first = typed(small, "publish", "--to", remote.url, "--attachments", str(tmp_path / "attached"))
    assert first.exit_code == 0, first.output
    assert "Published v1.0.0" in first.output
    assert pl.read_parquet(tmp_path / "attached/v1.0.0/notes-note.parquet").height == 2
    again = typed(small, "publish", "--to", remote.url, "--json")
    assert json.loads(again.output)["pushed"] is False
    other = SmallRelease(tmp_path / "other")
    taken = typed(other, "pull", "--from", remote.url)
    assert taken.exit_code == 0
    assert "1.0.0" in taken.output
    assert verify(other.publish) == []
    assert list((small.folder / "state").glob(".scratch*")) == []


def test_a_failure_is_a_plain_message_and_exit_code_1(small: SmallRelease, tmp_path: Path) -> None:
    small.make()
    failed = typed(small, "publish", "--to", str(tmp_path / "nowhere.git"))
    assert failed.exit_code == 1
    assert "Traceback" not in failed.output
    assert typed(small, "publish", "--to", "https://me:pw@example.org/r.git").exit_code == 1


def test_nothing_is_published_while_a_run_goes_on(small: SmallRelease, tmp_path: Path) -> None:
    small.make()
    remote = GitRemote.new(tmp_path / "remote.git")
    workspace = Workspace.at(state=small.folder / "state")
    with workspace.scratch(), alone(workspace):
        refused = typed(small, "publish", "--to", remote.url)
    assert refused.exit_code == 1
    assert remote.git("for-each-ref") == ""


@pytest.fixture
def served(tmp_path: Path, httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, GitHubServer]]:
    """A git server and the releases interface beside it, as at GitHub."""
    (tmp_path / "served/council").mkdir(parents=True)
    remote = GitRemote.new(tmp_path / "served/council/data.git")
    remote.git("config", "http.receivepack", "true")
    with GitServer(tmp_path / "served", token=SECRET).running() as server:
        for name in ("GITHUB_TOKEN", "YARDSTICK_GIT_TOKEN"):
            monkeypatch.setenv(name, SECRET)
        monkeypatch.setenv("GITHUB_SERVER_URL", server.url)
        monkeypatch.setenv("GITHUB_API_URL", httpserver.url_for("").rstrip("/"))
        yield f"{server.url}/council/data.git", GitHubServer(httpserver, SECRET)


def test_with_a_token_the_tables_are_attached_to_a_release(small: SmallRelease, served: tuple[str, GitHubServer]) -> None:
    small.make()
    address, github = served
    done = typed(small, "publish", "--to", address)
    assert done.exit_code == 0, done.output
    assert SECRET not in done.output
    release = github.releases[0]
    assert (release["tag_name"], release["draft"]) == ("v1.0.0", False)
    assert {"figures-observation.parquet", "SHA256SUMS"} <= {one["name"] for one in release["assets"]}
    assert typed(small, "publish", "--to", address).exit_code == 0
    assert len(github.releases) == 1


def test_the_workflow_is_off_until_switched_on_and_calls_commands_that_exist() -> None:
    text = (PROJECT / ".github/workflows/publish.yml").read_text()
    workflow = yaml.safe_load(text)
    job = workflow["jobs"]["publish"]
    assert "vars.YARDSTICK_PUBLISH_TO != ''" in job["if"]
    assert job["runs-on"] == ["self-hosted"], "records of people do not leave the council's machines"
    said = [step["run"] for step in job["steps"] if "run" in step]
    assert not any("secrets." in words for words in said), "a secret in a command line ends up in a log"
    commands = get_command(app).commands  # type: ignore[attr-defined]
    for words in said:
        for command, options in re.findall(r"yardstick (\w+)(.*)", words):
            known = {option for parameter in commands[command].params for option in parameter.opts}
            assert set(re.findall(r"--[\w-]+", options)) <= known
    assert sum("yardstick" in words for words in said) == 3

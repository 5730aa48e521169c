"""A release's files reach GitHub whole, or nobody sees the release; a second attempt adds only what is missing."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from github_server import GitHubServer, said
from pytest_httpserver import HTTPServer

from pipelines.publication.github import GitHub
from pipelines.publication.push import NotPublished

TOKEN = "ghs_s3cret"


@pytest.fixture
def github(httpserver: HTTPServer) -> GitHubServer:
    return GitHubServer(httpserver, TOKEN)


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    made = [tmp_path / f"figures-{name}.parquet" for name in ("area", "observation", "release")]
    for path in made:
        path.write_bytes(path.name.encode() * 100)
    return made


def client(github: GitHubServer, token: str = TOKEN) -> GitHub:
    return GitHub(github.server.url_for("").rstrip("/"), "council/data", token)


def attach(github: GitHubServer, files: list[Path], tag: str = "v1.0.0") -> str:
    return client(github).attach(tag, tag, "First release.", files)


def names(github: GitHubServer) -> set[str]:
    return {one["name"] for one in github.releases[0]["assets"]}


def test_a_release_with_its_files_is_made_and_is_no_draft(github: GitHubServer, files: list[Path]) -> None:
    assert attach(github, files) == "https://example.org/releases/tag/v1.0.0"
    release = github.releases[0]
    assert release["draft"] is False
    assert names(github) == {path.name for path in files}
    contents = {one["name"]: github.contents[one["id"]] for one in release["assets"]}
    assert contents == {path.name: path.read_bytes() for path in files}


def test_attaching_again_changes_nothing(github: GitHubServer, files: list[Path]) -> None:
    attach(github, files)
    github.seen.clear()
    attach(github, files)
    assert {one.split()[0] for one in github.seen} == {"GET"}


def test_a_draft_of_an_attempt_that_was_cut_off_is_completed(github: GitHubServer, files: list[Path]) -> None:
    github.create({"tag_name": "v0.9.0", "draft": False})
    github.create({"tag_name": "v1.0.0", "draft": True})
    github.upload(github.releases[0], files[0].name, files[0].read_bytes())
    github.upload(github.releases[0], files[1].name, b"", state="starter")
    for number in range(5):  # so that the draft is not on the first page
        github.create({"tag_name": f"v0.8.{number}", "draft": False})
    attach(github, files)
    assert len([one for one in github.releases if one["tag_name"] == "v1.0.0"]) == 1
    release = next(one for one in github.releases if one["tag_name"] == "v1.0.0")
    assert {one["name"]: one["state"] for one in release["assets"]} == {path.name: "uploaded" for path in files}


@pytest.mark.parametrize("status", [500, 502, 503])
def test_a_failure_that_passes_is_waited_out(github: GitHubServer, files: list[Path], status: int) -> None:
    github.failing = [said(status, "Server Error"), said(status, "Server Error")]
    attach(github, files)
    assert github.releases[0]["draft"] is False
    assert len(github.releases) == 1


def test_a_spent_limit_is_waited_out_as_long_as_it_says(github: GitHubServer, files: list[Path]) -> None:
    github.failing = [said(403, "rate limit", x_ratelimit_remaining="0", Retry_After="1")]
    attach(github, files)
    assert names(github) == {path.name for path in files}


def test_a_limit_that_lasts_is_not_waited_out_and_told(github: GitHubServer, files: list[Path]) -> None:
    refilled = str(int(time.time()) + 1_800)
    github.failing = [said(403, "API rate limit exceeded", x_ratelimit_remaining="0", x_ratelimit_reset=refilled)] * 9
    with pytest.raises(NotPublished, match=r"after 1 of 5 attempts .*come back in 30 minutes.*publish again"):
        attach(github, files)


def test_a_limit_for_another_reason_is_waited_out(
    github: GitHubServer, files: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[float] = []
    monkeypatch.setattr("pipelines.publication.github.time.sleep", waited.append)
    github.failing = [said(403, "You have exceeded a secondary rate limit.")]
    attach(github, files)
    assert waited == [60.0]
    assert names(github) == {path.name for path in files}


def test_a_refusal_is_told_in_githubs_words_and_without_the_token(github: GitHubServer, files: list[Path]) -> None:
    with pytest.raises(NotPublished, match="Bad credentials") as refused:
        client(github, "ghs_wr0ng").attach("v1.0.0", "v1.0.0", "", files)
    assert "ghs_wr0ng" not in str(refused.value)
    assert "ghs_wr0ng" not in repr(client(github, "ghs_wr0ng"))
    assert github.releases == []


def test_a_published_file_is_never_replaced(github: GitHubServer, files: list[Path]) -> None:
    attach(github, files)
    files[0].write_bytes(b"other" * 100)
    with pytest.raises(NotPublished, match="holds another file"):
        attach(github, files)


def test_a_server_that_stays_broken_is_given_up_with_what_to_do(
    github: GitHubServer, files: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipelines.publication.github.LONGEST_WAIT_SECONDS", 0.01)
    github.failing = [said(503, "Server Error") for _ in range(20)]
    with pytest.raises(NotPublished, match="publish again"):
        attach(github, files)


@pytest.mark.parametrize(
    ("remote", "repository"),
    [
        ("https://github.com/council/open-data", "council/open-data"),
        ("https://github.com/council/open-data.git", "council/open-data"),
        ("git@github.com:council/open.data.git", "council/open.data"),
        ("ssh://git@github.com/council/open-data.git", "council/open-data"),
    ],
)
def test_the_repository_is_taken_from_the_remotes_address(remote: str, repository: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GITHUB_SERVER_URL", raising=False)
    monkeypatch.delenv("GITHUB_API_URL", raising=False)
    monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
    told = GitHub.told(remote)
    assert told
    assert (told.repository, told.interface) == (repository, "https://api.github.com")
    monkeypatch.delenv("GITHUB_TOKEN")
    assert GitHub.told(remote) is None


def test_another_address_is_no_repository_at_github(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GITHUB_SERVER_URL", raising=False)
    monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
    assert GitHub.told("/srv/data.git") is None
    assert GitHub.told("https://notgithub.com.example.org/a/b") is None

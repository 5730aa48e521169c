"""Publication to a remote that is reached over the network and wants a token."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from git_remote import GitRemote
from git_server import GitServer
from small_release import COUNCIL, SmallRelease

from pipelines.publication.git import TOKEN, Remote
from pipelines.publication.pull import pull
from pipelines.publication.push import NotPublished, publish
from pipelines.verify import verify

SECRET = "s3cret-t0ken-of-the-council"


@pytest.fixture
def remote(tmp_path: Path) -> GitRemote:
    (tmp_path / "served").mkdir()
    remote = GitRemote.new(tmp_path / "served/data.git")
    remote.git("config", "http.receivepack", "true")
    return remote


@pytest.fixture
def server(remote: GitRemote, monkeypatch: pytest.MonkeyPatch) -> Iterator[GitServer]:
    monkeypatch.setenv(TOKEN, SECRET)
    with GitServer(remote.folder.parent, token=SECRET).running() as running:
        yield running


def test_a_release_is_published_and_taken_up_again_with_a_token(
    small: SmallRelease, remote: GitRemote, server: GitServer, tmp_path: Path
) -> None:
    small.make()
    there = Remote.at(f"{server.url}/data.git")
    assert publish(small.publish, COUNCIL, there, small.folder).pushed
    assert remote.tags == ["v1.0.0"]
    assert pull(tmp_path / "lost", there, tmp_path) == "1.0.0"
    assert verify(tmp_path / "lost") == []


def test_a_wrong_token_is_told_without_showing_it(
    small: SmallRelease, remote: GitRemote, server: GitServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    small.make()
    monkeypatch.setenv(TOKEN, "wr0ng-t0ken")
    with pytest.raises(NotPublished) as refused:
        publish(small.publish, COUNCIL, Remote.at(f"{server.url}/data.git"), small.folder)
    assert "wr0ng" not in str(refused.value)
    assert remote.git("for-each-ref") == ""


def test_a_connection_cut_after_the_push_arrived_makes_no_second_commit(
    small: SmallRelease, remote: GitRemote, server: GitServer
) -> None:
    server.drop = 1
    small.make()
    publish(small.publish, COUNCIL, Remote.at(f"{server.url}/data.git"), small.folder)
    assert server.drop == 0
    assert len(remote.commits()) == 1
    assert remote.tags == ["v1.0.0"]


def test_the_token_is_in_no_argument_address_or_file(
    small: SmallRelease, remote: GitRemote, server: GitServer, tmp_path: Path
) -> None:
    small.make()
    publish(small.publish, COUNCIL, Remote.at(f"{server.url}/data.git"), small.folder)
    assert not any(SECRET in path for path in server.requests)
    assert not any(SECRET.encode() in file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())


def test_a_token_is_not_sent_without_encryption_to_another_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(TOKEN, SECRET)
    assert Remote.at("http://example.org/data.git").settings == {}
    assert SECRET not in str(Remote.at("https://example.org/data.git"))
    assert len(Remote.at("https://example.org/data.git").settings) == 1

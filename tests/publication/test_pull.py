"""A machine that lost its published folder takes up what was published, and goes on from there."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from git_remote import GitRemote, git
from small_release import COUNCIL, OBSERVATION, SmallRelease, contents

from pipelines.publication.git import Remote
from pipelines.publication.pull import pull
from pipelines.publication.push import NotPublished, publish
from pipelines.release import install
from pipelines.verify import verify

CHANGED = OBSERVATION.replace("30, 40, 75.0", "28, 40, 70.0")


@pytest.fixture
def remote(small: SmallRelease, tmp_path: Path) -> GitRemote:
    """A remote with one release."""
    remote = GitRemote.new(tmp_path / "remote.git")
    small.make()
    publish(small.publish, COUNCIL, Remote.at(remote.url), small.folder)
    return remote


def test_what_was_lost_comes_back_to_the_byte_and_the_next_release_continues_it(
    small: SmallRelease, remote: GitRemote, tmp_path: Path
) -> None:
    before = contents(small.publish)
    shutil.rmtree(small.publish)
    assert pull(small.publish, Remote.at(remote.url), small.folder) == "1.0.0"
    assert contents(small.publish) == before
    small.marts["observation"] = CHANGED
    small.make()
    assert publish(small.publish, COUNCIL, Remote.at(remote.url), small.folder).version == "1.0.1"
    assert verify(remote.clone(tmp_path / "clone")) == []
    assert remote.tags == ["v1.0.0", "v1.0.1"]


def test_an_installation_that_was_interrupted_is_completed_first(
    small: SmallRelease, remote: GitRemote, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small.marts["observation"] = CHANGED
    small.build()
    laid, moved = Path.replace, []

    def cut_off(path: Path, target: Path) -> Path:
        if target.is_relative_to(small.publish) and ".installing" not in target.parts:
            moved.append(target)
            if len(moved) == 3:
                raise KeyboardInterrupt
        return laid(path, target)

    monkeypatch.setattr(Path, "replace", cut_off)
    with pytest.raises(KeyboardInterrupt):
        install(small.places.candidate, small.publish)
    monkeypatch.undo()
    assert verify(small.publish) != []
    assert pull(small.publish, Remote.at(remote.url), tmp_path) == "1.0.1"
    assert verify(small.publish) == []


def test_a_remote_that_cannot_be_reached_is_told_in_words(small: SmallRelease, tmp_path: Path) -> None:
    with pytest.raises(NotPublished, match="Nothing was taken up from"):
        pull(tmp_path / "published", Remote.at(str(tmp_path / "none.git")), tmp_path)


def test_a_newer_release_at_the_remote_replaces_an_older_one_here(small: SmallRelease, remote: GitRemote, tmp_path: Path) -> None:
    older = tmp_path / "older"
    shutil.copytree(small.publish, older)
    small.marts["observation"] = CHANGED
    small.make()
    publish(small.publish, COUNCIL, Remote.at(remote.url), small.folder)
    assert pull(older, Remote.at(remote.url), tmp_path) == "1.0.1"
    assert verify(older) == []


def test_a_newer_release_here_stays(small: SmallRelease, remote: GitRemote) -> None:
    small.marts["observation"] = CHANGED
    small.make()
    before = contents(small.publish)
    assert pull(small.publish, Remote.at(remote.url), small.folder) == "1.0.1"
    assert contents(small.publish) == before


def test_another_history_here_is_not_thrown_away(small: SmallRelease, remote: GitRemote, tmp_path: Path) -> None:
    other = SmallRelease(tmp_path / "other")
    other.marts["observation"] = CHANGED
    other.make()
    before = contents(other.publish)
    with pytest.raises(NotPublished, match="Move that folder away"):
        pull(other.publish, Remote.at(remote.url), other.folder)
    assert contents(other.publish) == before


def test_a_damaged_release_at_the_remote_is_not_taken_up(small: SmallRelease, remote: GitRemote, tmp_path: Path) -> None:
    remote.add_by_hand(tmp_path / "person", "figures/data/area.csv", "area_code,area_name\nE01,Abbot\n")
    with pytest.raises(NotPublished, match="holds no whole release"):
        pull(tmp_path / "lost", Remote.at(remote.url), tmp_path)
    assert not (tmp_path / "lost").exists()


def test_from_a_remote_without_a_release_there_is_nothing_to_take_up(tmp_path: Path) -> None:
    empty = GitRemote.new(tmp_path / "empty.git")
    assert pull(tmp_path / "lost", Remote.at(empty.url), tmp_path) is None
    empty.add_by_hand(tmp_path / "person", "LICENCE", "Ours.")
    assert pull(tmp_path / "lost", Remote.at(empty.url), tmp_path) is None


def test_a_link_out_of_the_repository_is_not_followed(small: SmallRelease, remote: GitRemote, tmp_path: Path) -> None:
    person = remote.clone(tmp_path / "person")
    (person / "figures/data/area.csv").unlink()
    (person / "figures/data/area.csv").symlink_to("/etc/passwd")
    git(person, "add", "--all")
    git(person, "commit", "--quiet", "--message", "A link")
    git(person, "push", "--quiet", "origin", "HEAD:main")
    with pytest.raises(NotPublished, match="holds no whole release"):
        pull(tmp_path / "lost", Remote.at(remote.url), tmp_path)

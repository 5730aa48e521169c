"""A release goes to a real git remote whole or not at all, and nothing that partners have is ever rewritten."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from drills import size
from git_remote import GitRemote, git, shim
from small_release import COUNCIL, OBSERVATION, SmallRelease, contents

from pipelines.publication.git import GitFailed, Remote
from pipelines.publication.push import NotPublished, Publication, publish
from pipelines.verify import verify

CHANGED = OBSERVATION.replace("30, 40, 75.0", "28, 40, 70.0")


@pytest.fixture
def remote(tmp_path: Path) -> GitRemote:
    return GitRemote.new(tmp_path / "remote.git")


def bring(small: SmallRelease, remote: GitRemote) -> Publication:
    return publish(small.publish, COUNCIL, Remote.at(remote.url), small.folder)


@pytest.mark.drill
def test_successive_releases_are_as_many_commits_and_tags_that_a_partner_can_verify(
    small: SmallRelease, remote: GitRemote, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    releases = size(small=4, full=12)
    for number in range(releases):
        value, month = 60 + number, 1 + number % 12
        small.marts["observation"] = OBSERVATION.replace("30, 40, 75.0", f"{20 + number % 2}, 40, {value}.0")
        small.as_of = date(2025, month, 28)
        small.make()
        assert bring(small, remote).pushed
        clone = remote.clone(tmp_path / f"clone{number}")
        assert verify(clone) == []
        assert contents(small.publish).items() <= contents(clone).items()
    assert remote.tags == [f"v1.0.{number}" for number in range(releases)]
    assert len(remote.commits()) == releases
    for tag, commit in zip(remote.tags, remote.commits(), strict=True):
        assert remote.git("rev-parse", f"{tag}^{{commit}}") == commit
        assert verify(remote.clone(tmp_path / tag, "--branch", tag)) == []
    record_property("drill", f"{releases} releases: {releases} commits, {releases} tags, every clone verified")


def test_a_commit_holds_only_what_changed_and_its_words_name_version_and_revisions(
    small: SmallRelease, remote: GitRemote
) -> None:
    small.make()
    bring(small, remote)
    small.marts["observation"], small.as_of = CHANGED, date(2025, 4, 28)
    small.make()
    bring(small, remote)
    changed = remote.changed(remote.commits()[1])
    assert "figures/data/observation.csv" in changed
    assert "figures/data/area.csv" not in changed
    assert "notes/data/note.csv" not in changed
    words = remote.git("log", "-1", "--format=%B")
    assert words.startswith("Release 1.0.1 as of 2025-04-28")
    assert "value" in words


def test_history_grows_with_what_changed_and_not_with_what_there_is(small: SmallRelease, remote: GitRemote) -> None:
    def stored() -> int:
        """The bytes of the repository as a host keeps it."""
        remote.git("gc", "--quiet", "--prune=now")
        return sum(path.stat().st_size for path in remote.folder.glob("objects/pack/*.pack"))

    notes = "select i as note_id, md5({} || i) as words, null::timestamp as written_at, true as final from range(4000) r(i)"
    small.marts["note"] = notes.format("''")
    small.make()
    bring(small, remote)
    first = stored()
    for release in range(3):
        small.marts["note"] = notes.format(f"case when i = {release} then 'x' else '' end")
        small.make()
        bring(small, remote)
    assert len(remote.commits()) == 4
    assert stored() - first < first / 5
    small.marts["note"] = notes.format("'all'")
    small.make()
    bring(small, remote)
    assert stored() - first > first / 2, "where every value changed, history grows by as much"


def test_publishing_again_does_nothing(small: SmallRelease, remote: GitRemote) -> None:
    small.make()
    first = bring(small, remote)
    again = bring(small, remote)
    assert (first.pushed, again.pushed) == (True, False)
    assert again.commit == first.commit
    assert len(remote.commits()) == 1


def test_the_same_release_makes_the_same_commit_wherever_it_is_published(small: SmallRelease, tmp_path: Path) -> None:
    small.make()
    commits = {bring(small, GitRemote.new(tmp_path / f"{number}.git")).commit for number in range(2)}
    assert len(commits) == 1


def test_the_branch_is_the_one_that_the_remote_checks_out(small: SmallRelease, tmp_path: Path) -> None:
    remote = GitRemote.new(tmp_path / "remote.git", branch="trunk")
    small.make()
    assert bring(small, remote).branch == "trunk"
    assert (remote.clone(tmp_path / "clone") / "figures/datapackage.json").is_file()


def test_what_people_put_into_the_repository_stays(small: SmallRelease, remote: GitRemote, tmp_path: Path) -> None:
    remote.add_by_hand(tmp_path / "person", "LICENCE", "Ours.\n")
    remote.add_by_hand(tmp_path / "person", ".github/workflows/check.yml", "on: push\n")
    small.make()
    bring(small, remote)
    small.marts["observation"] = CHANGED
    small.make()
    bring(small, remote)
    clone = remote.clone(tmp_path / "clone")
    assert (clone / "LICENCE").read_text() == "Ours.\n"
    assert (clone / ".github/workflows/check.yml").is_file()
    assert verify(clone) == []


def test_a_remote_that_moved_meanwhile_is_built_upon(
    small: SmallRelease, remote: GitRemote, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A person pushes between the moment the remote is read and the push: git refuses, and the next attempt succeeds."""
    small.make()
    bring(small, remote)
    small.marts["observation"] = CHANGED
    small.make()
    person = tmp_path / "person"
    remote.clone(person)
    (person / "NOTE").write_text("Meanwhile.\n")
    git(person, "add", "NOTE")
    git(person, "commit", "--quiet", "--message", "A note")
    shim(
        tmp_path / "bin",
        monkeypatch,
        f'case "$*" in *push*) [ -e {tmp_path}/once ] || {{ touch {tmp_path}/once; '
        f'"$real" -C {person} push --quiet origin HEAD:main; }};; esac\nexec "$real" "$@"',
    )
    bring(small, remote)
    assert (tmp_path / "once").exists()
    assert len(remote.commits()) == 3
    clone = remote.clone(tmp_path / "clone")
    assert (clone / "NOTE").is_file()
    assert verify(clone) == []
    assert remote.tags == ["v1.0.0", "v1.0.1"]


def test_a_connection_that_drops_after_the_push_arrived_makes_no_second_commit(
    small: SmallRelease, remote: GitRemote, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small.make()
    shim(
        tmp_path / "bin",
        monkeypatch,
        f'"$real" "$@"; ended=$?\ncase "$*" in *push*) [ -e {tmp_path}/once ] || {{ '
        f"touch {tmp_path}/once; echo 'fatal: the remote end hung up unexpectedly' >&2; exit 128; }};; esac\nexit $ended",
    )
    bring(small, remote)
    assert len(remote.commits()) == 1
    assert remote.tags == ["v1.0.0"]


def test_a_remote_that_stays_away_is_told_in_words(small: SmallRelease, tmp_path: Path) -> None:
    small.make()
    with pytest.raises(NotPublished, match="was not published"):
        publish(small.publish, COUNCIL, Remote.at(str(tmp_path / "nowhere.git")), small.folder)


def test_a_newer_release_at_the_remote_is_not_overwritten(small: SmallRelease, remote: GitRemote, tmp_path: Path) -> None:
    small.make()
    older = tmp_path / "older"
    shutil.copytree(small.publish, older)
    small.marts["observation"] = CHANGED
    small.make()
    bring(small, remote)
    before = remote.git("rev-parse", "main")
    with pytest.raises(NotPublished, match=r"newer than 1\.0\.0"):
        publish(older, COUNCIL, Remote.at(remote.url), small.folder)
    assert remote.git("rev-parse", "main") == before


def test_another_history_is_refused(small: SmallRelease, remote: GitRemote, tmp_path: Path) -> None:
    """A machine that lost its published folder starts at 1.0.0 again: that must not replace what partners have."""
    small.make()
    bring(small, remote)
    other = SmallRelease(tmp_path / "other", as_of=date(2025, 5, 31))
    other.marts["observation"] = CHANGED
    other.make()
    other.marts["observation"] = OBSERVATION
    other.make()
    with pytest.raises(NotPublished, match="not in the history") as refused:
        bring(other, remote)
    assert "yardstick pull" in str(refused.value)
    assert remote.tags == ["v1.0.0"]


def test_other_files_under_the_same_version_are_refused(small: SmallRelease, remote: GitRemote, tmp_path: Path) -> None:
    small.make()
    bring(small, remote)
    other = SmallRelease(tmp_path / "other")
    other.marts["note"] = other.marts["note"].replace("Plain", "Other")
    other.make()
    with pytest.raises(NotPublished):
        bring(other, remote)
    assert len(remote.commits()) == 1


def test_a_tag_that_somebody_set_before_is_refused(small: SmallRelease, remote: GitRemote, tmp_path: Path) -> None:
    remote.add_by_hand(tmp_path / "person", "NOTE", "First.\n")
    git(tmp_path / "person", "push", "--quiet", "origin", "HEAD:refs/tags/v1.0.0")
    small.make()
    with pytest.raises(NotPublished, match=r"has a tag v1\.0\.0 already"):
        bring(small, remote)
    assert len(remote.commits()) == 1


def test_a_tag_that_was_moved_is_found(small: SmallRelease, remote: GitRemote, tmp_path: Path) -> None:
    small.make()
    bring(small, remote)
    remote.add_by_hand(tmp_path / "person", "figures/data/area.csv", "area_code,area_name\n")
    git(tmp_path / "person", "push", "--quiet", "--force", "origin", "HEAD:refs/tags/v1.0.0")
    git(tmp_path / "person", "push", "--quiet", "--force", "origin", "HEAD~1:refs/heads/main")
    with pytest.raises(NotPublished, match="does not hold what was published"):
        bring(small, remote)


def test_a_release_that_was_tampered_with_is_not_published(small: SmallRelease, remote: GitRemote) -> None:
    small.make()
    path = small.publish / "figures/data/area.csv"
    path.write_text(path.read_text().replace("Abbey", "Abbot"))
    with pytest.raises(NotPublished, match="is not as it was made"):
        bring(small, remote)
    assert remote.git("for-each-ref") == ""


def test_a_remote_that_refuses_the_tag_gets_no_commit_either(small: SmallRelease, remote: GitRemote) -> None:
    hook = remote.folder / "hooks/update"
    hook.write_text("#!/bin/sh\ncase $1 in refs/tags/*) exit 1;; esac\n")
    hook.chmod(0o755)
    small.make()
    with pytest.raises(NotPublished, match="was not published"):
        bring(small, remote)
    assert remote.git("for-each-ref") == ""


@pytest.mark.parametrize(
    "address",
    [
        *("https://me:secret@example.org/r.git", "https://token@example.org/r.git", "ext::sh -c id", "--upload-pack=id", ""),
        *("https://example.org/r.git?token=secret", "https://example.org/r.git#secret"),
    ],
)
def test_an_address_with_a_secret_or_a_command_in_it_is_refused(address: str) -> None:
    with pytest.raises(GitFailed) as refused:
        Remote.at(address)
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("address", ["https://[::1]/r.git", "ssh://git@[::1]:22/r.git", "git@example.org:r.git"])
def test_an_address_of_any_kind_of_host_is_taken(address: str) -> None:
    assert Remote.at(address).url == address

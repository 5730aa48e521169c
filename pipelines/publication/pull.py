"""Taking up a published release: what a machine does that has lost its publish folder, or never had one.

Belongs here: from a git remote into the publish folder, checked. Does not belong here: the other way (``push``).
"""

from __future__ import annotations

import shutil
from pathlib import Path

from pipelines.publication.git import GitFailed, Remote, Repository, patiently, remote_branch, remote_refs
from pipelines.publication.push import NotPublished
from pipelines.publication.repository import Standing, datasets
from pipelines.release import install, recover
from pipelines.verify import verify


def pull(publish: Path, remote: Remote, scratch: Path) -> str | None:
    """Put the newest release of a remote in the publish folder, so that the next run continues from it.

    The version that stands there afterwards; ``None`` where neither has a release. A release here that continues the remote's
    stays. Hand-written files of the publish folder stay; those that are missing are taken over too. Raises
    :class:`NotPublished` where the remote cannot be reached, where its release is damaged, and where the two have different
    histories. An installation that was interrupted is completed first.
    """
    recover(publish)
    try:
        return patiently(lambda place: _attempt(publish, remote, place), scratch)
    except GitFailed as failure:
        raise NotPublished(f"Nothing was taken up from {remote.url}: {failure}") from None


def _attempt(publish: Path, remote: Remote, place: Path) -> str | None:
    """One attempt, from asking what the remote holds to having it here."""
    here, there = Standing.of(publish), _fetched(remote, place)
    if there is None or (here and here.continues(there)):
        return here.version if here else None
    if here and not there.continues(here):
        raise NotPublished(
            f"{publish} holds release {here.version}, which is not in the history of release {there.version} at "
            f"{remote.url}. Move that folder away first if what is published shall be taken up."
        )
    for path in there.folder.glob("*/package.yml"):
        kept = publish / path.parent.name / path.name
        if not kept.exists():
            kept.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, kept)
        path.unlink()
    install(there.folder, publish)
    return there.version


def _fetched(remote: Remote, place: Path) -> Standing | None:
    """The release of the remote's branch, unpacked and checked; ``None`` where nothing was published there yet."""
    repository, branch = Repository.new(place / "fetched.git"), remote_branch(remote, place)
    commit = remote_refs(remote).get(f"refs/heads/{branch}")
    if commit is None:
        return None
    repository.fetch(remote, commit)
    paths = repository.files(commit)
    released, folder = datasets(paths), place / "release"
    if not released:
        return None
    repository.unpack({path: name for path, name in paths.items() if path.split("/")[0] in released}, folder)
    standing = Standing.of(folder)
    problems = verify(folder, frictionless=False) if standing else []
    if standing is None or problems:
        raise NotPublished(f"{remote.url} holds no whole release{f': {problems[0]}' if problems else ''}.")
    return standing

"""Bringing a release to a git remote: one commit and one tag, both or neither, and proof that they arrived.

Belongs here: the order of steps and what to do when the remote moves or the connection drops. Does not belong here: what the
repository holds (``repository``), how git is run (``git``).

The commit's parents, time and words follow from the release and from what the remote holds alone, so an attempt that was
cut off and is made again makes the very same commit: it can arrive once, never twice. Nothing is kept on this machine
between publications.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from datetime import time as clock
from pathlib import Path

from pipelines.council import Council
from pipelines.publication.git import GitFailed, Remote, Repository, patiently, remote_branch, remote_refs
from pipelines.publication.repository import Standing, datasets, files, message, numbers, replaced
from pipelines.release import recover
from pipelines.verify import SUMS, verify


class NotPublished(Exception):
    """A release was not published; the message says why, what stands at the remote and what to do."""


@dataclass(frozen=True)
class Publication:
    """What came of it: ``pushed`` is false where the remote held the release already."""

    version: str
    branch: str
    commit: str
    pushed: bool
    message: str

    @property
    def tag(self) -> str:
        """The tag that marks it."""
        return f"v{self.version}"


@dataclass(frozen=True)
class _Base:
    """What the remote holds: its newest commit, that commit's files by path, and the release among them."""

    commit: str | None
    paths: Mapping[str, str]
    standing: Standing | None


def publish(folder: Path, council: Council, remote: Remote, scratch: Path) -> Publication:
    """Bring the release in a publish folder to a remote; ``scratch`` is a private folder.

    Raises :class:`NotPublished` where the release is damaged, where the remote holds a newer or another release, and where
    the remote cannot be reached or refuses; what stands there is then what stood there before. An installation that was
    interrupted is completed first.
    """
    recover(folder)
    problems = verify(folder, frictionless=False)
    if problems:
        raise NotPublished(f"The release in {folder} is not as it was made, so it is not published: {problems[0]}.")
    now = Standing.of(folder)
    if now is None:
        raise NotPublished(f"{folder} holds no release yet. Make one with: yardstick run")
    try:
        return patiently(lambda place: _attempt(now, council, remote, place), scratch)
    except GitFailed as failure:
        raise NotPublished(f"{now.tag} was not published to {remote.url}: {failure}") from None


def _attempt(now: Standing, council: Council, remote: Remote, place: Path) -> Publication:
    """One attempt, from asking what the remote holds to seeing the release there."""
    repository = Repository.new(place / "made.git")
    branch, refs = remote_branch(remote, place), remote_refs(remote)
    head, tag_ref = f"refs/heads/{branch}", f"refs/tags/{now.tag}"
    base = _base(repository, remote, refs.get(head), place)
    _refuse_other_history(now, base, refs, remote)
    tree = _tree(repository, now.folder, base, place)
    commit, words = base.commit, ""
    if commit is None or repository.run("rev-parse", f"{commit}^{{tree}}") != tree:
        words = message(now, base.standing)
        commit = _commit(repository, tree, base.commit, words, council, now)
    wanted = {head: commit} if commit != base.commit else {}
    if tag_ref not in refs:
        wanted[tag_ref] = _tag(repository, commit, words or message(now, None), council, now)
    if wanted:
        pairs = (f"{name}:{ref}" for ref, name in wanted.items())
        repository.run("push", "--quiet", "--atomic", remote.url, *pairs, remote=remote)
    _see_it_there(now, remote, head, repository.folders(tree), Repository.new(place / "check.git"))
    return Publication(now.version, branch, commit, bool(wanted), words or message(now, None))


def _base(repository: Repository, remote: Remote, commit: str | None, place: Path) -> _Base:
    """Fetch the newest commit of the remote's branch and read the release in it."""
    if commit is None:
        return _Base(None, {}, None)
    repository.fetch(remote, commit)
    paths = repository.files(commit)
    released, folder = datasets(paths), place / "there"
    repository.unpack({path: name for path, name in paths.items() if path.split("/")[0] in released}, folder)
    return _Base(commit, paths, Standing.of(folder))


def _refuse_other_history(now: Standing, base: _Base, refs: Mapping[str, str], remote: Remote) -> None:
    """Published history is only ever added to."""
    there = base.standing
    pull = f"Take up what is there with: yardstick pull --from {remote.url} (then run and publish again)."
    if there and numbers(there.version) > numbers(now.version):
        raise NotPublished(f"{remote.url} holds release {there.version}, which is newer than {now.version} here. {pull}")
    if there and not now.continues(there):
        raise NotPublished(
            f"{remote.url} holds releases up to {there.version} that are not in the history of {now.version} here, so publishing "
            f"it would rewrite what partners have. {pull}"
        )
    if there and there.version == now.version and _sums(there.folder) != _sums(now.folder):
        raise NotPublished(
            f"{remote.url} holds other files as release {there.version} than stand here. A published version never changes: "
            f"compare the two, and find out who changed what. {pull}"
        )
    if f"refs/tags/{now.tag}" in refs and (there is None or there.version != now.version):
        raise NotPublished(
            f"{remote.url} has a tag {now.tag} already, and its branch does not hold that release. Find out who set the tag; "
            "nothing was changed."
        )


def _tree(repository: Repository, publish: Path, base: _Base, place: Path) -> str:
    """The tree of the next commit: the release's files, and those of the remote that no release made."""
    index = {"GIT_INDEX_FILE": str(place / "index")}
    if base.commit:
        repository.run("read-tree", base.commit, environment=index)
    standing, made = files(publish)
    names = dict(zip(standing, repository.keep(list(standing.values())), strict=True))
    for path, content in made.items():
        names[path] = repository.run("hash-object", "-w", "--no-filters", "--stdin", data=content)
    sums = {dataset: repository.content(base.paths[f"{dataset}/{SUMS}"]) for dataset in datasets(base.paths)}
    lines = [f"0 {'0' * 40}\t{path}" for path in sorted(replaced(base.paths, sums) - names.keys())]
    lines += [f"100644 {name}\t{path}" for path, name in names.items()]
    repository.run("update-index", "-z", "--index-info", data="".join(f"{line}\0" for line in lines).encode(), environment=index)
    return repository.run("write-tree", environment=index)


def _who(council: Council, now: Standing) -> str:
    """Who a commit is by and when: the council's team, at noon of the release's date, so that it is always the same."""
    noon = datetime.combine(date.fromisoformat(now.as_of), clock(12), UTC)
    name = council.name.translate(dict.fromkeys(map(ord, "<>\n"), " "))
    return f"{name} <{council.contact_email}> {int(noon.timestamp())} +0000"


def _commit(repository: Repository, tree: str, parent: str | None, words: str, council: Council, now: Standing) -> str:
    who = _who(council, now)
    lines = [f"tree {tree}", *([f"parent {parent}"] if parent else []), f"author {who}", f"committer {who}"]
    data = "\n".join([*lines, "", words]).encode()
    return repository.run("hash-object", "-w", "-t", "commit", "--stdin", data=data)


def _tag(repository: Repository, commit: str, words: str, council: Council, now: Standing) -> str:
    lines = [f"object {commit}", "type commit", f"tag {now.tag}", f"tagger {_who(council, now)}", "", words]
    return repository.run("mktag", data="\n".join(lines).encode())


def _sums(folder: Path) -> dict[str, bytes]:
    """The checksums of the datasets in a folder, which tell whether two releases are the same."""
    return {path.parent.name: path.read_bytes() for path in folder.glob(f"*/{SUMS}")}


def _see_it_there(now: Standing, remote: Remote, head: str, folders: Mapping[str, str], check: Repository) -> None:
    """Fetch the tag as a partner would and see that it holds the very datasets that were to be published."""
    check.fetch(remote, f"refs/tags/{now.tag}")
    arrived = check.folders("FETCH_HEAD")
    released = [dataset for dataset in _sums(now.folder) if arrived.get(dataset) != folders[dataset]]
    if released or head not in remote_refs(remote):
        raise NotPublished(
            f"{now.tag} at {remote.url} does not hold what was published ({', '.join(released) or head}). A published version "
            "never changes: find out who changed it there."
        )

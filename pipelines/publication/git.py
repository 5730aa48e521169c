"""Running git: no prompt, no hook, no conversion of bytes, and no secret in an argument, an address or a message.

Belongs here: one bare repository and the commands given to it. Does not belong here: what is committed.
"""

from __future__ import annotations

import base64
import os
import re
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TypeVar
from urllib.parse import urlsplit

from pipelines.files import BLOCK

TOKEN = "YARDSTICK_GIT_TOKEN"
"""The environment variable that holds the token for a remote at an https address."""
PATIENCE_SECONDS = 600
LOOPBACK = ("localhost", "127.0.0.1", "::1")
CREDENTIALS = re.compile(r"(?<=://)[^/@\s]*@")
ATTEMPTS = 5
REFUSED = (
    "declined",
    "denied",
    "Authentication failed",
    "could not read Username",
    "not found",
    "does not exist",
    "not appear to be a git repository",
    "currently checked out",
    "does not support --atomic",
)
"""What git says where another attempt would end the same way."""
Made = TypeVar("Made")


class GitFailed(Exception):
    """Git could not do something; the message is for a person and holds no secret."""


@dataclass(frozen=True)
class Remote:
    """Where releases are published: any address that git knows (a path, https, ssh), without a secret in it."""

    url: str

    @classmethod
    def at(cls, url: str) -> Remote:
        """The remote at an address. Raises :class:`GitFailed` where the address is unusable or holds a password."""
        parts = urlsplit(url)
        if parts.password or (parts.scheme in ("http", "https") and parts.username):
            raise GitFailed(
                "The address holds a user name or a password, and addresses end up in logs. Write it without, and put the "
                f"token into the environment variable {TOKEN}."
            )
        if parts.scheme in ("http", "https") and (parts.query or parts.fragment):
            raise GitFailed("The address goes on after a ? or #, as no address of a git repository does. Write it without.")
        if not url or url.startswith("-") or re.match(r"[\w+.-]*::", url):
            raise GitFailed("The address is not one of a git repository: give a path, or an https or ssh address.")
        there = Path(url)
        return cls(str(there.resolve()) if not parts.scheme and there.exists() else url)

    @property
    def settings(self) -> dict[str, str]:
        """Git settings that only commands for this remote get, told through the environment."""
        token, parts = os.environ.get(TOKEN), urlsplit(self.url)
        if not token or not (parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)):
            return {}  # a token sent without encryption is everybody's
        basic = base64.b64encode(f"x-access-token:{token}".encode()).decode()
        return {f"http.{parts.scheme}://{parts.netloc}/.extraHeader": f"Authorization: Basic {basic}"}


@dataclass(frozen=True)
class Repository:
    """A bare git repository in a folder of its own."""

    folder: Path

    @classmethod
    def new(cls, folder: Path) -> Repository:
        """An empty repository in a new folder."""
        _git(["init", "--quiet", "--bare", str(folder)])
        return cls(folder)

    def run(
        self,
        *arguments: str,
        data: bytes = b"",
        environment: Mapping[str, str] | None = None,
        remote: Remote | None = None,
    ) -> str:
        """What a git command prints. Raises :class:`GitFailed` with what git says where it fails."""
        return _git(["--git-dir", str(self.folder), *arguments], data, environment, remote).decode().rstrip("\n")

    def fetch(self, remote: Remote, name: str) -> None:
        """Fetch one commit or ref of a remote without its history; git checks every object against its name."""
        self.run("fetch", "--quiet", "--depth", "1", "--no-tags", remote.url, name, remote=remote)

    def files(self, commit: str) -> dict[str, str]:
        """The files of a commit: the name of each one's bytes by its path."""
        listed = (entry.partition("\t") for entry in self.run("ls-tree", "-r", "-z", commit).split("\0") if entry)
        return {path: about.split()[2] for about, _, path in listed if about.split()[1] == "blob"}

    def folders(self, commit: str) -> dict[str, str]:
        """The folders at the top of a commit: the name of each one's whole content by its path."""
        listed = (entry.partition("\t") for entry in self.run("ls-tree", "-d", "-z", commit).split("\0") if entry)
        return {path: about.split()[2] for about, _, path in listed}

    def content(self, name: str) -> bytes:
        """The bytes of a file."""
        return _git(["--git-dir", str(self.folder), "cat-file", "blob", name])

    def keep(self, paths: Sequence[Path]) -> list[str]:
        """Keep the bytes of files as they are; the name of each one's bytes, in the order given."""
        data = "".join(f"{path.resolve()}\n" for path in paths).encode()
        return self.run("hash-object", "-w", "--no-filters", "--stdin-paths", data=data).split()

    def unpack(self, paths: Mapping[str, str], folder: Path) -> None:
        """Write files, given as :meth:`files` gives them, into a folder."""
        folder.mkdir(exist_ok=True)
        wanted = "".join(f"{name}\n" for name in paths.values()).encode()
        with tempfile.TemporaryFile(dir=folder.parent) as all_of_them:
            _git(["--git-dir", str(self.folder), "cat-file", "--batch"], wanted, into=all_of_them)
            all_of_them.seek(0)
            for path in paths:
                target = (folder / path).resolve()
                if not target.is_relative_to(folder.resolve()):
                    raise GitFailed(f"The remote holds a path that climbs out of its folder: {path}")
                target.parent.mkdir(parents=True, exist_ok=True)
                size = int(all_of_them.readline().split()[2])
                with target.open("wb") as file:
                    while size:
                        block = all_of_them.read(min(size, BLOCK))
                        file.write(block)
                        size -= len(block)
                all_of_them.read(1)  # the line end after each file


def remote_refs(remote: Remote) -> dict[str, str]:
    """Commit or tag object of every branch and tag of a remote; a tag's commit stands under ``<tag>^{}``."""
    listed = _git(["ls-remote", remote.url], remote=remote).decode()
    return {ref: name for name, _, ref in (line.partition("\t") for line in listed.splitlines())}


def remote_branch(remote: Remote, scratch: Path) -> str:
    """The branch that a plain clone of the remote would check out, even where nothing has been committed yet."""
    listed = _git(["ls-remote", "--symref", remote.url, "HEAD"], remote=remote).decode()
    said = re.match(r"ref: refs/heads/(\S+)\tHEAD", listed)
    if said:
        return said[1]
    clone = Repository(scratch / "head.git")  # only a clone tells the branch that an empty repository will have
    _git(["clone", "--quiet", "--bare", "--no-local", "--depth", "1", remote.url, str(clone.folder)], remote=remote)
    return clone.run("symbolic-ref", "--short", "HEAD")


def patiently(attempt: Callable[[Path], Made], scratch: Path) -> Made:
    """What an attempt makes, which is given an empty folder; made again, up to five times, where a failure may pass.

    Raises :class:`GitFailed` where the last attempt fails, or one that would always end the same way.
    """
    wait = 0.5
    for _ in range(1, ATTEMPTS):
        try:
            with tempfile.TemporaryDirectory(dir=scratch) as place:
                return attempt(Path(place))
        except GitFailed as failure:
            if any(sign in str(failure) for sign in REFUSED):
                raise
            time.sleep(wait)
            wait *= 2
    with tempfile.TemporaryDirectory(dir=scratch) as place:
        return attempt(Path(place))


def _git(
    arguments: Sequence[str],
    data: bytes = b"",
    environment: Mapping[str, str] | None = None,
    remote: Remote | None = None,
    into: IO[bytes] | None = None,
) -> bytes:
    """What git prints, as bytes, or nothing where it goes ``into`` a file."""
    settings = {"core.hooksPath": os.devnull, "core.autocrlf": "false", "gc.auto": "0", "protocol.version": "2"}
    settings |= remote.settings if remote else {}
    told = {name: value for name, value in os.environ.items() if not name.startswith("GIT_") or name.startswith("GIT_SSH")}
    told |= {"LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0", "GIT_CONFIG_COUNT": str(len(settings))}
    told.setdefault("GIT_SSH_COMMAND", "ssh -o BatchMode=yes -o ConnectTimeout=30")
    for number, (name, value) in enumerate(settings.items()):
        told |= {f"GIT_CONFIG_KEY_{number}": name, f"GIT_CONFIG_VALUE_{number}": value}
    try:
        done = subprocess.run(
            ["git", *arguments],
            input=data,
            stdout=into or subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=told | dict(environment or {}),
            timeout=PATIENCE_SECONDS,
            check=False,
        )
    except FileNotFoundError:
        raise GitFailed("The program git is not installed; publication needs it.") from None
    except subprocess.TimeoutExpired:
        raise GitFailed(f"Git did not finish within {PATIENCE_SECONDS} seconds.") from None
    if done.returncode:
        raise GitFailed(_without_secrets(done.stderr.decode(errors="replace")).strip() or f"git ended with {done.returncode}")
    return done.stdout or b""


def _without_secrets(text: str) -> str:
    token = os.environ.get(TOKEN)
    return CREDENTIALS.sub("", text.replace(token, "…") if token else text)

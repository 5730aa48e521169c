"""A release of GitHub's kind: the attachments of a published version, where partners look for them.

Belongs here: the few calls of GitHub's releases interface that this needs. Does not belong here: which files are attached
(``attachments``), or the commit and tag they belong to (``push``).

A release is a draft until every file has arrived, so nobody sees half of one. Each attempt first asks what is there, so an
attempt after a dropped connection adds only what is missing.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests

from pipelines.files import sha256_of
from pipelines.publication.push import NotPublished

TOKEN = "GITHUB_TOKEN"
SERVER = "https://github.com"
ADDRESS = re.compile(
    r"(?:https?://|ssh://)?(?:[\w.-]+@)?(?P<host>[\w.-]+)(?::\d+)?[/:](?P<repository>[\w.-]+/[\w.-]+?)(?:\.git)?/?"
)
TIMEOUT_SECONDS = (10, 300)
ATTEMPTS = 5
LONGEST_WAIT_SECONDS = 60.0
PASSING = (408, 425, 429, 500, 502, 503, 504)


@dataclass(frozen=True)
class GitHub:
    """One repository at GitHub, or at a server of the same kind; ``token`` is shown nowhere."""

    interface: str
    repository: str
    token: str = field(repr=False)

    @classmethod
    def told(cls, remote: str) -> GitHub | None:
        """The repository that the remote's address names; ``None`` where it is elsewhere, or no token is set.

        ``GITHUB_SERVER_URL`` and ``GITHUB_API_URL``, which GitHub sets for its own workflows, name a server of one's own.
        """
        token, named = os.environ.get(TOKEN), ADDRESS.fullmatch(remote)
        server = urlsplit(os.environ.get("GITHUB_SERVER_URL") or SERVER).hostname
        if not token or not named or named["host"].lower() != server:
            return None
        interface = os.environ.get("GITHUB_API_URL") or "https://api.github.com"
        return cls(interface.rstrip("/"), named["repository"], token)

    def attach(self, tag: str, title: str, words: str, files: Sequence[Path]) -> str:
        """Make the release of a tag with its files, or complete it; its address for people.

        Raises :class:`NotPublished` where GitHub refuses, stays unreachable, or holds another file under the same name.
        """
        return self._patiently(lambda: self._attempt(tag, title, words, files))

    def _attempt(self, tag: str, title: str, words: str, files: Sequence[Path]) -> str:
        release = next((one for one in self._pages(f"/repos/{self.repository}/releases") if one["tag_name"] == tag), None)
        if release is None:
            told = {"tag_name": tag, "name": title, "body": words, "draft": True}
            release = self._call("POST", f"/repos/{self.repository}/releases", json=told).json()
        assets = f"/repos/{self.repository}/releases/{release['id']}/assets"
        there = {one["name"]: one for one in self._pages(assets)}
        for file in files:
            self._upload(release, there.get(file.name), file)
        arrived = {one["name"]: one for one in self._pages(assets)}
        lost = [file.name for file in files if not _is(arrived.get(file.name), file)]
        if lost:
            raise requests.ConnectionError(f"not whole after the upload: {', '.join(lost)}")
        if release["draft"]:
            told = {"draft": False, "tag_name": tag}
            release = self._call("PATCH", f"/repos/{self.repository}/releases/{release['id']}", json=told).json()
        return str(release["html_url"])

    def _upload(self, release: dict[str, Any], there: dict[str, Any] | None, file: Path) -> None:
        """Upload one file unless it is there; what an earlier attempt left half is taken away first."""
        if there and _is(there, file):
            return
        if there and there["state"] == "uploaded" and not release["draft"]:
            raise NotPublished(
                f"The release {release['tag_name']} of {self.repository} holds another file {file.name}. A published version "
                "never changes: find out who changed it there."
            )
        if there:
            self._call("DELETE", f"/repos/{self.repository}/releases/assets/{there['id']}")
        address = str(release["upload_url"]).partition("{")[0]
        kind = {"Content-Type": "application/octet-stream"}
        with file.open("rb") as content:
            self._call("POST", address, params={"name": file.name}, data=content, headers=kind)

    def _pages(self, path: str) -> Iterator[dict[str, Any]]:
        """Every entry of a list that comes in pages."""
        address, parameters = path, {"per_page": "100"}
        while address:
            response = self._call("GET", address, params=parameters)
            yield from response.json()
            address, parameters = response.links.get("next", {}).get("url", ""), {}

    def _call(self, method: str, address: str, headers: dict[str, str] | None = None, **what: Any) -> requests.Response:
        """One request. Raises :class:`_Later` where it may pass, :class:`NotPublished` where GitHub refuses."""
        told = {"Authorization": f"Bearer {self.token}", "Accept": "application/vnd.github+json", **(headers or {})}
        told["X-GitHub-Api-Version"] = "2022-11-28"
        url = address if "://" in address else self.interface + address
        response = requests.request(method, url, headers=told, timeout=TIMEOUT_SECONDS, allow_redirects=False, **what)
        if response.ok and not response.is_redirect:
            return response
        limited = response.status_code in (403, 429) and _limit(response)
        if response.status_code in PASSING or limited or "Retry-After" in response.headers:
            raise _Later(response.headers.get("Retry-After") or limited or None)
        raise NotPublished(f"GitHub refused to {method} {address.partition('?')[0]}: {_said(response)}")

    def _patiently(self, attempt: Callable[[], str]) -> str:
        wait, reason = 0.5, ""
        for number in range(1, ATTEMPTS + 1):
            try:
                return attempt()
            except _Later as later:
                reason, wait = "it asked to come back later", later.seconds or wait
                if wait > LONGEST_WAIT_SECONDS:
                    reason = f"it asked to come back in {wait / 60:,.0f} minutes"
                    break
            except requests.RequestException as error:
                reason = type(error).__name__
            if number < ATTEMPTS:
                time.sleep(min(wait, LONGEST_WAIT_SECONDS))
                wait *= 2
        raise NotPublished(
            f"The files of the release did not reach {self.repository} at GitHub after {number} of {ATTEMPTS} attempts "
            f"({reason}). The release itself is in the repository; publish again to add its files."
        )


class _Later(Exception):
    """GitHub asks to come back, in so many seconds if it says."""

    def __init__(self, said: str | None) -> None:
        self.seconds = float(said) if said and said.isdigit() else None


def _is(asset: dict[str, Any] | None, file: Path) -> bool:
    """Whether an attached file is this one: whole, of its size, and of its hash where GitHub states one."""
    if not asset or asset["state"] != "uploaded" or asset["size"] != file.stat().st_size:
        return False
    return not asset.get("digest") or asset["digest"] == f"sha256:{sha256_of(file)}"


def _limit(response: requests.Response) -> str:
    """In how many seconds a spent limit of calls is refilled; nothing where the refusal is about something else.

    GitHub tells the moment of the hourly limit, and wants a minute's pause where it limits for another reason.
    """
    if response.headers.get("x-ratelimit-remaining") == "0":
        refilled = response.headers.get("x-ratelimit-reset", "")
        return str(max(1, int(refilled) - int(time.time()))) if refilled.isdigit() else "60"
    return "60" if "rate limit" in _said(response).lower() else ""


def _said(response: requests.Response) -> str:
    """What GitHub says of a refusal, in its own words."""
    try:
        content = response.json()
    except ValueError:
        return f"status {response.status_code}"
    faults = [str(one.get("message") or one.get("code", "")) for one in content.get("errors", []) if isinstance(one, dict)]
    return "; ".join([f"status {response.status_code}", str(content.get("message", "")), *faults]).rstrip("; ")

"""Data at an address, asked for again only when it has changed.

Requests with a timeout, retries for failures that may pass, and a conditional GET by the validators (ETag,
Last-Modified) of the last receipt.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.util.retry import Retry

from pipelines.connectors import Fetched, FetchFailed
from pipelines.files import BLOCK
from pipelines.sources import Source

PASSING = (408, 425, 429, 500, 502, 503, 504)
VALIDATORS = {"ETag": "If-None-Match", "Last-Modified": "If-Modified-Since"}


def fetch(source: Source, known: Sequence[dict[str, Any]], scratch: Path) -> Iterator[Fetched]:
    """The one delivery that lies at the address, or none where it has not changed.

    Raises :class:`FetchFailed` naming the source, what happened and what to do; never a header or a secret.
    """
    stated = source.connector["url"]  # as written, so that a secret taken from the environment is not recorded
    target = scratch / "body"
    try:
        with (
            _session(source) as session,
            session.get(
                source.config.expanded("connector", "url"),
                headers=_headers(source, known),
                timeout=source.connector.get("timeout_seconds", 30),
                stream=True,
            ) as response,
        ):
            if response.status_code == requests.codes.not_modified:
                return
            response.raise_for_status()
            with target.open("wb") as out:
                for block in response.iter_content(BLOCK):
                    out.write(block)
            _check_length(source, response, target)
    except (requests.RequestException, UnicodeError) as error:
        raise FetchFailed(_explain(source, error)) from None
    validators = {name: response.headers[name] for name in VALIDATORS if name in response.headers}
    name = PurePosixPath(urlsplit(stated).path).name or source.name
    now = datetime.now(UTC).replace(tzinfo=None, microsecond=0)
    yield Fetched(target, name, stated, now, validators)


def glimpse(source: Source) -> str | None:
    """``None``: only asking tells."""
    return None


def _session(source: Source) -> requests.Session:
    session = requests.Session()
    retry = Retry(
        total=source.connector.get("retries", 4),
        backoff_factor=0.5,
        status_forcelist=PASSING,
        allowed_methods=["GET"],
        raise_on_status=False,
    )
    for scheme in ("http://", "https://"):
        session.mount(scheme, HTTPAdapter(max_retries=retry))
    return session


def _headers(source: Source, known: Sequence[dict[str, Any]]) -> dict[str, str]:
    """The stated headers and the validators of the last delivery from this very address."""
    headers = {name: source.config.expanded("connector", "headers", name) for name in source.connector.get("headers", {})}
    same = [receipt for receipt in known if receipt["origin"] == source.connector["url"]]
    last = max(same, key=lambda receipt: str(receipt["received_at"]), default=None)
    if last:
        stored = last["validators"]
        headers |= {asked: stored[name] for name, asked in VALIDATORS.items() if name in stored}
    return headers


def _check_length(source: Source, response: requests.Response, target: Path) -> None:
    """A body shorter than announced was cut off on the way."""
    announced = response.headers.get("Content-Length")
    if announced and "Content-Encoding" not in response.headers and target.stat().st_size != int(announced):
        raise FetchFailed(
            f"{source.name}: the answer was cut off: {target.stat().st_size} of {announced} bytes came. "
            f"Nothing was kept; the next run asks again."
        )


def _explain(source: Source, error: requests.RequestException | UnicodeError) -> str:
    """What happened, without the address's secrets: those are in the exception's own text."""
    response = error.response if isinstance(error, requests.RequestException) else None
    if response is not None:
        what = f"it answered {response.status_code} {response.reason}"
    elif isinstance(error, requests.Timeout) or "timed out" in str(error):
        what = "it did not answer in time"
    elif isinstance(error, requests.exceptions.ChunkedEncodingError):
        what = "the answer was cut off, and nothing of it was kept"
    elif isinstance(error, requests.ConnectionError):
        what = "it could not be reached"
    else:
        what = type(error).__name__
    return (
        f"{source.name}: {source.connector['url']} could not be fetched: {what}. "
        f"The last good data stay in use; check the address and `headers` in its source.yml, then run again."
    )

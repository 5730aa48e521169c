"""Landing: every delivery kept as received, by the hash of its bytes, with a receipt.

A receipt (``landing/receipts/<source>/<sha256>.json``) holds source, delivery, file_name, origin, received_at, bytes
and the HTTP validators. The same bytes again from the same source are the same delivery. Does not belong here:
looking into the bytes.
"""

from __future__ import annotations

import hashlib
import tempfile
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import IO, Any

from pipelines.connectors import Fetched, FetchFailed, connector
from pipelines.files import BLOCK, read_json, replacing, room_in, write_json
from pipelines.sources import Source
from pipelines.workspace import UNFINISHED, Workspace


class NotInLanding(Exception):
    """The bytes of a delivery that was received are not there any more; the message says what to do."""


@dataclass(frozen=True)
class Delivery:
    """One delivery of one source; ``sha256`` names it. ``received_at`` is UTC without a zone."""

    source: str
    sha256: str
    file_name: str
    origin: str
    received_at: datetime
    bytes: int

    @property
    def order(self) -> tuple[datetime, str, str]:
        """Deliveries in order of receipt; name and hash settle ties."""
        return (self.received_at, self.file_name, self.sha256)


def land(source: Source, workspace: Workspace) -> list[Delivery]:
    """Fetch and keep what is new; return the new deliveries, by receipt.

    Raises :class:`pipelines.connectors.FetchFailed` where the source cannot be asked or a file of it cannot be read, once all
    others are kept, and :class:`pipelines.files.NoRoom` where there is no room for them.
    """
    folder = workspace.receipts / source.name
    known = [read_json(path) for path in sorted(folder.glob("*.json"))]
    seen = {receipt["delivery"] for receipt in known}
    unwanted = purged_files(workspace)
    new: list[Delivery] = []
    unreadable: list[str] = []
    with room_in(workspace.state):
        workspace.blobs.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=workspace.state, prefix=UNFINISHED) as scratch:
            for fetched in connector(source).fetch(source, known, Path(scratch)):
                try:
                    content = fetched.path.open("rb")
                except OSError as error:
                    unreadable.append(f"{fetched.file_name} ({error.strerror})")
                    continue
                with content:
                    sha256, size = _keep(content, workspace.blobs, unwanted)
                if sha256 in unwanted and sha256 not in seen:
                    continue
                if sha256 not in seen:
                    seen.add(sha256)
                    write_json(folder / f"{sha256}.json", _receipt(source, fetched, sha256, size))
                    new.append(_delivery(_receipt(source, fetched, sha256, size)))
                elif fetched.validators:
                    # the same bytes under new validators: remember those, so that the next question can be conditional
                    receipt = next(r for r in known if r["delivery"] == sha256)
                    write_json(folder / f"{sha256}.json", receipt | {"validators": fetched.validators})
    if unreadable:
        raise FetchFailed(
            f"{source.name}: what lies there cannot be read: {', '.join(unreadable)}. The last good data stay in use; put the "
            "file back or let this program read it, then run again."
        )
    return sorted(new, key=lambda delivery: delivery.order)


def deliveries(source: str, workspace: Workspace, as_of: date | None) -> list[Delivery]:
    """The deliveries of a source received up to the end of ``as_of``, in order of receipt."""
    receipts = (read_json(path) for path in sorted((workspace.receipts / source).glob("*.json")))
    found = sorted((_delivery(receipt) for receipt in receipts), key=lambda delivery: delivery.order)
    return [delivery for delivery in found if as_of is None or delivery.received_at.date() <= as_of]


def purged_files(workspace: Workspace) -> set[str]:
    """The hashes of files that were received, purged, and are not kept again."""
    ledger = workspace.purges
    return set(read_json(ledger)["files"]) if ledger.exists() else set()


def _keep(content: IO[bytes], blobs: Path, unwanted: set[str]) -> tuple[str, int]:
    """Copy the bytes into landing under their hash, unless they are there or were purged; return hash and size."""
    digest, size = hashlib.sha256(), 0
    with replacing(blobs / ".incoming") as target:
        with target.open("wb") as out:
            while block := content.read(BLOCK):
                digest.update(block)
                size += len(block)
                out.write(block)
        target.chmod(0o400)
    blob = blobs / digest.hexdigest()
    if blob.exists() or blob.name in unwanted:
        (blobs / ".incoming").unlink()
    else:
        (blobs / ".incoming").replace(blob)
    return digest.hexdigest(), size


def _receipt(source: Source, fetched: Fetched, sha256: str, size: int) -> dict[str, Any]:
    return {
        "source": source.name,
        "delivery": sha256,
        "file_name": fetched.file_name,
        "origin": fetched.origin,
        "received_at": fetched.received_at.isoformat(),
        "bytes": size,
        "validators": fetched.validators,
    }


def _delivery(receipt: dict[str, Any]) -> Delivery:
    return Delivery(
        source=receipt["source"],
        sha256=receipt["delivery"],
        file_name=receipt["file_name"],
        origin=receipt["origin"],
        received_at=datetime.fromisoformat(receipt["received_at"]),
        bytes=receipt["bytes"],
    )

"""What a run came to, gathered from the state folder, for people and for programs.

Belongs here: reading receipts and the draft of a release into a summary. Does not belong here: running anything, or
how the summary is shown (cli).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from pipelines.deliveries import Standing
from pipelines.files import read_json
from pipelines.workspace import Workspace

if TYPE_CHECKING:
    from pipelines.run import Ran


@dataclass(frozen=True)
class SourceOutcome:
    """One source after a run; rows are those of its usable deliveries.

    ``reasons`` are the commonest, with their rows; ``warnings`` those of the newest delivery; ``notes`` say what did not go as
    stated; ``purged`` counts deliveries of which records, and so the file as received, were purged.
    """

    source: str
    title: str
    deliveries: int
    last_received: str | None
    rows_read: int
    accepted: int
    quarantined: int
    layout_rows: int
    reasons: list[tuple[str, int]]
    warnings: list[str]
    old_reason: str | None
    notes: tuple[str, ...]
    purged: int

    @classmethod
    def of(cls, standing: Standing) -> SourceOutcome:
        """The outcome of one source, from where it stands."""
        usable = [judged.receipt for judged in standing.judged if judged.receipt.status == "accepted"]
        reasons: Counter[str] = Counter()
        for receipt in usable:
            for reason in receipt.reasons:
                reasons[f"{reason['field']}: {reason['rule']}"] += reason["rows"]
        last = standing.judged[-1].delivery if standing.judged else None
        return cls(
            source=standing.source.name,
            title=standing.source.title,
            deliveries=len(standing.judged),
            last_received=last.received_at.isoformat() if last else None,
            rows_read=sum(receipt.rows_read for receipt in usable),
            accepted=sum(receipt.rows_accepted for receipt in usable),
            quarantined=sum(receipt.rows_quarantined for receipt in usable),
            layout_rows=sum(receipt.rows_layout for receipt in usable),
            reasons=sorted(reasons.items(), key=lambda item: (-item[1], item[0]))[:3],
            warnings=standing.judged[-1].receipt.warnings if standing.judged else [],
            old_reason=standing.old_reason,
            notes=(*standing.ineffective, *standing.outlived, *standing.left_out, *_lost_before(standing)),
            purged=sum(1 for judged in standing.judged if judged.receipt.purged),
        )


def _lost_before(standing: Standing) -> Iterator[str]:
    """Which columns of files before the newest are read nowhere; a file that came again under its name counts once."""
    last_of_name = {judged.delivery.file_name: judged for judged in standing.judged}
    for judged in last_of_name.values():
        if judged is standing.judged[-1] or not judged.in_use:
            continue
        receipt, name = judged.receipt, judged.delivery.file_name
        loss = judged.source.reshape.loss(judged.source.columns, receipt.header, name)
        if loss:
            yield f"of {name}, {loss}"


@dataclass(frozen=True)
class Outcome:
    """What a run came to. ``released`` says whether it made a release; ``version`` is the release that now stands.

    ``told`` are records that name what nobody knows, and so are not published.
    """

    sources: list[SourceOutcome]
    as_of: str | None
    released: bool
    version: str | None
    summary: str
    cells_withheld: dict[str, int]
    problems: list[str]
    told: list[str]

    def to_json(self) -> dict[str, Any]:
        """Plain values that JSON can hold."""
        return asdict(self)


def gather(standing: Sequence[Standing], workspace: Workspace, as_of: date | None, ran: Ran) -> Outcome:
    """The outcome of a run that has just ended."""
    draft = workspace.reference / "difference.json"
    difference = read_json(draft) if draft.exists() else None
    summary = difference["summary"] if difference and ran.released else "Nothing that is published has changed."
    return Outcome(
        sources=[SourceOutcome.of(one) for one in standing],
        as_of=as_of.isoformat() if as_of else None,
        released=ran.released,
        version=published_version(workspace),
        summary="" if ran.problems else summary,
        cells_withheld={},
        problems=ran.problems,
        told=ran.told,
    )


def published_version(workspace: Workspace) -> str | None:
    """The version of the release in the publish folder."""
    versions = {read_json(path)["version"] for path in sorted(workspace.publish.glob("*/datapackage.json"))}
    return ", ".join(sorted(versions)) or None

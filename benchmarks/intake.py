"""Landing and intake of the benchmark's records alone: ``python -m benchmarks.intake``, with ``yardstick run``'s places."""

from __future__ import annotations

import argparse
from pathlib import Path

from pipelines.council import load_council
from pipelines.intake import take_in
from pipelines.land import deliveries, land
from pipelines.sources import load_sources
from pipelines.workspace import Workspace


def main() -> None:
    """Take in every delivery of the source of records, and fail where one cannot be used."""
    parser = argparse.ArgumentParser(description=__doc__)
    for place in ("council", "sources", "state", "publish"):
        parser.add_argument(f"--{place}", type=Path, required=True)
    workspace = Workspace.at(**vars(parser.parse_args()))
    workspace.prepare()
    sources = load_sources(workspace.sources_dir, load_council(workspace.council_file))
    source = next(source for source in sources if source.name == "records")
    land(source, workspace)
    for delivery in deliveries(source.name, workspace, None):
        receipt, _ = take_in(source, delivery, workspace)
        if receipt.status != "accepted":
            raise SystemExit(receipt.message)


if __name__ == "__main__":
    main()

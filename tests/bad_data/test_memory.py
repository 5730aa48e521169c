"""A cell of 200 MB, in every format of text: refused or set aside, and never held more than a few times."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from intake_case import GOOD, HEADER, SOURCE
from line import PROJECT

MOST = 1_500 << 20
"""Bytes of memory, about 300 million of which the libraries take up before they have read anything."""
PROGRAM = """
import json, resource, sys
from pathlib import Path
from intake_case import COUNCIL
from pipelines.intake import take_in
from pipelines.land import land
from pipelines.sources import load_source
from pipelines.workspace import Workspace

folder = Path(sys.argv[1])
workspace = Workspace.at(state=folder / "state", publish=folder / "published")
workspace.prepare()
source = load_source(folder / "records" / "source.yml", COUNCIL)
(delivery,) = land(source, workspace)
receipt, _ = take_in(source, delivery, workspace)
most = 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
reasons = [[one["field"], one["rule"], one["rows"]] for one in receipt.reasons]
(folder / "told").write_text(json.dumps([most, receipt.status, receipt.message, receipt.rows_accepted, reasons]))
"""
CELLS = GOOD.strip().split(",")
RECORD = dict(zip(HEADER.strip().split(","), CELLS, strict=True))
ELEMENTS = "".join(f"<{name}>{cell}</{name}>" for name, cell in RECORD.items())
UNREADABLE = ["row", "unreadable_row", 1]
# the format, what stands before the cell and after it, and why the delivery is broken, if it is
FORMS: dict[str, tuple[str, str, str, str]] = {
    "CSV": ("type: csv, encoding: utf-8", HEADER + GOOD, ",".join(["", *CELLS[1:]]) + "\n", ""),
    "JSON": ("type: json", json.dumps([RECORD])[:-1] + ', {"Ref": "', '"}]', "a value in it is longer than"),
    "XML": ("type: xml, records: a.r", f"<a><r>{ELEMENTS}</r><r><Ref>", "</Ref></r></a>", ""),
    "XML in a tag": ("type: xml, records: a.r", f"<a><r>{ELEMENTS}</r><r Ref='", "'/></a>", "a tag in it is longer than"),
}


@pytest.mark.parametrize("kind", FORMS)
def test_a_cell_of_200_mb_is_not_held_many_times(tmp_path: Path, kind: str) -> None:
    form, before, after, broken = FORMS[kind]
    inbox = tmp_path / "records" / "inbox"
    inbox.mkdir(parents=True)
    (inbox.parent / "source.yml").write_text(SOURCE.replace("{type: csv, encoding: utf-8}", "{" + form + "}"), encoding="utf-8")
    with (inbox / "a").open("wb") as file:
        file.write(before.encode("cp1252"))
        for _ in range(200):
            file.write(b"x" * 1_000_000)
        file.write(after.encode("cp1252"))
    told = os.environ | {"PYTHONPATH": os.pathsep.join([str(PROJECT), str(PROJECT / "tests")])}
    done = subprocess.run([sys.executable, "-c", PROGRAM, str(tmp_path)], env=told, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    most, status, message, accepted, reasons = json.loads((tmp_path / "told").read_text())
    assert most < MOST
    if broken:
        assert status == "broken"
        assert broken in message
    else:
        assert (status, accepted, reasons) == ("accepted", 1, [UNREADABLE])

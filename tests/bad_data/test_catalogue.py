"""Every fault of the catalogue, taken in: its rows are set aside for its reasons, or the delivery is refused for its own."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from faults import FAULTS
from intake_case import Case


@pytest.mark.parametrize("kind", FAULTS)
def test_a_fault_has_its_outcome_and_no_other(tmp_path: Path, kind: str) -> None:
    fault = FAULTS[kind]
    case = Case(tmp_path, fault.source.replace("{type: csv, encoding: utf-8}", "{" + fault.form + "}"))
    case.drop(fault.content() if callable(fault.content) else fault.content, fault.file_name)
    receipt = case.take_in()
    if fault.broken is not None:
        # how far bytes can be packed differs from one build of zlib to another
        told, reason = (re.sub(r"from \d+ to", "from 1 to", text) for text in (str(receipt.message), fault.broken))
        assert told == reason or (told.startswith(f"{reason} ") and "records/source.yml, line " in told)  # what to do about it
        assert (receipt.status, receipt.rows_read, list(case.workspace.state.rglob("*.parquet"))) == ("broken", 0, [])
        return
    assert receipt.status == "accepted", receipt.message
    assert case.quarantined(receipt) == fault.set_aside
    assert case.accepted(receipt)["row_number"].to_list() == fault.accepted
    assert receipt.layout == fault.layout
    assert (receipt.rows_accepted, receipt.rows_quarantined) == (len(fault.accepted), len(fault.set_aside))
    assert receipt.rows_read == len(fault.accepted) + len(fault.set_aside) + sum(fault.layout.values())
    listed = [reason for reasons in fault.set_aside.values() for reason in reasons]
    assert {(one["field"], one["rule"]): one["rows"] for one in receipt.reasons} == {one: listed.count(one) for one in listed}

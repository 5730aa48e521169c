"""Data fetched by HTTP, from a real server on this machine."""

from __future__ import annotations

from pathlib import Path

import pytest
from intake_case import GOOD, HEADER, SOURCE, Case
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from pipelines.connectors import FetchFailed
from pipelines.land import land

BODY = HEADER + GOOD


def http_case(folder: Path, server: HTTPServer, query: str = "") -> Case:
    settings = f'{{type: http, url: "{server.url_for("/records.csv")}{query}", retries: 2, timeout_seconds: 5}}'
    return Case(folder, SOURCE.replace('{type: file_drop, folder: inbox, glob: "*"}', settings))


def test_what_has_not_changed_is_not_sent_again(tmp_path: Path, httpserver: HTTPServer) -> None:
    asked = []

    def answer(request: Request) -> Response:
        asked.append(request.headers.get("If-None-Match"))
        return Response(status=304) if asked[-1] == '"v1"' else Response(BODY, headers={"ETag": '"v1"'})

    httpserver.expect_request("/records.csv").respond_with_handler(answer)
    case = http_case(tmp_path, httpserver)
    assert len(land(case.source, case.workspace)) == 1
    assert land(case.source, case.workspace) == []
    assert asked == [None, '"v1"']
    assert case.take_in().rows_accepted == 1


def test_a_failure_that_may_pass_is_tried_again(tmp_path: Path, httpserver: HTTPServer) -> None:
    httpserver.expect_ordered_request("/records.csv").respond_with_data("busy", status=503)
    httpserver.expect_ordered_request("/records.csv").respond_with_data(BODY)
    case = http_case(tmp_path, httpserver)
    assert len(land(case.source, case.workspace)) == 1


def test_a_failure_is_told_without_the_secret(tmp_path: Path, httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RECORDS_TOKEN", "s3cret-token")
    httpserver.expect_request("/records.csv").respond_with_data("no", status=403)
    case = http_case(tmp_path, httpserver, "?key=${RECORDS_TOKEN}")
    with pytest.raises(FetchFailed, match="it answered 403") as raised:
        land(case.source, case.workspace)
    assert "s3cret" not in str(raised.value)
    assert raised.value.__suppress_context__
    assert not case.workspace.receipts.exists()


def test_a_server_that_is_not_there_leaves_what_was_received(tmp_path: Path, httpserver: HTTPServer) -> None:
    httpserver.expect_oneshot_request("/records.csv").respond_with_data(BODY)
    case = http_case(tmp_path, httpserver)
    land(case.source, case.workspace)
    httpserver.clear()
    httpserver.expect_request("/records.csv").respond_with_data("gone", status=404)
    with pytest.raises(FetchFailed, match="404"):
        land(case.source, case.workspace)
    assert case.workspace.blobs.exists()
    assert len(list((case.workspace.receipts / "records").iterdir())) == 1

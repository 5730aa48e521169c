"""Data fetched by HTTP, from a real server on this machine."""

from __future__ import annotations

import socket
import threading
import time
import traceback
from pathlib import Path

import pytest
from intake_case import GOOD, HEADER, SOURCE, Case
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from pipelines.config import ConfigError
from pipelines.connectors import FetchFailed, connector
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


def secret_case(folder: Path, server: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> Case:
    """A source with one secret in its address and one in a header."""
    monkeypatch.setenv("YS_KEY", "s3cret-key")
    monkeypatch.setenv("YS_TOKEN", "s3cret-token")
    case = http_case(folder, server, "?key=${YS_KEY}")
    settings = 'retries: 2, headers: {Authorization: "Bearer ${YS_TOKEN}"}'
    case.path.write_text(
        case.path.read_text().replace("retries: 2", settings).replace("timeout_seconds: 5", "timeout_seconds: 0.3")
    )
    return case


def secrets_kept(case: Case) -> list[Path]:
    return [path for path in case.workspace.state.rglob("*") if path.is_file() and b"s3cret" in path.read_bytes()]


def test_secrets_are_sent_and_stand_nowhere(tmp_path: Path, httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> None:
    httpserver.expect_request(
        "/records.csv", query_string="key=s3cret-key", headers={"Authorization": "Bearer s3cret-token"}
    ).respond_with_data(BODY)
    case = secret_case(tmp_path, httpserver, monkeypatch)
    (delivery,) = land(case.source, case.workspace)
    assert delivery.origin.endswith("/records.csv?key=${YS_KEY}")
    assert delivery.file_name == "records.csv"
    assert secrets_kept(case) == []
    assert case.take_in().rows_accepted == 1


def slow(request: Request) -> Response:
    time.sleep(0.6)
    return Response(BODY)


FAILURES = {
    "not found": (Response("gone", status=404), "it answered 404"),
    "not allowed": (Response("no", status=401), "it answered 401"),
    "in trouble every time": (Response("oops", status=500), "it answered 500"),
    "too slow": (slow, "it did not answer in time"),
    "round and round": (Response(status=302, headers={"Location": "/records.csv?key=s3cret-key"}), "it answered 302"),
}


@pytest.mark.parametrize("failure", FAILURES)
def test_a_failure_is_told_without_secrets_and_changes_nothing(
    tmp_path: Path, httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch, failure: str
) -> None:
    answer, told = FAILURES[failure]
    handler = answer if callable(answer) and not isinstance(answer, Response) else lambda request: answer
    httpserver.expect_request("/records.csv").respond_with_handler(handler)
    case = secret_case(tmp_path, httpserver, monkeypatch)
    if failure in ("in trouble every time", "too slow"):
        case.path.write_text(case.path.read_text().replace("retries: 2", "retries: 0"))
    with pytest.raises(FetchFailed, match=told) as raised:
        land(case.source, case.workspace)
    assert "s3cret" not in "".join(traceback.format_exception(raised.value))
    assert "records: http" in str(raised.value)
    assert secrets_kept(case) == []
    assert not case.workspace.receipts.exists()


def test_a_secret_that_no_header_can_hold_is_not_told(
    tmp_path: Path, httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = secret_case(tmp_path, httpserver, monkeypatch)
    for odd in ("s3cret–dash", "s3cret\nline"):
        monkeypatch.setenv("YS_TOKEN", odd)
        with pytest.raises(FetchFailed) as raised:
            land(case.source, case.workspace)
        assert "s3cret" not in "".join(traceback.format_exception(raised.value))


def test_a_variable_that_is_not_set_is_told_where_it_is_needed(
    tmp_path: Path, httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = secret_case(tmp_path, httpserver, monkeypatch)
    monkeypatch.delenv("YS_TOKEN")
    with pytest.raises(ConfigError, match=r"source.yml, line 10, `connector.headers.Authorization`: .*YS_TOKEN"):
        land(case.source, case.workspace)
    monkeypatch.delenv("YS_KEY")
    with pytest.raises(ConfigError, match=r"source.yml, line 10, `connector.url`: .*YS_KEY"):
        land(case.source, case.workspace)


def test_an_answer_that_is_cut_off_is_not_kept_and_the_last_good_one_stays(tmp_path: Path) -> None:
    def serve(listener: socket.socket) -> None:
        for _ in range(2):
            connection, _ = listener.accept()
            with connection:
                connection.recv(65536)
                length = len(BODY) if not served else len(BODY) + 100
                head = f"HTTP/1.1 200 OK\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
                connection.sendall((head + BODY).encode())
                served.append(length)

    served: list[int] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, args=(listener,))
        thread.start()
        address = f"http://127.0.0.1:{listener.getsockname()[1]}/records.csv"
        settings = f'{{type: http, url: "{address}", retries: 0, timeout_seconds: 5}}'
        case = Case(tmp_path, SOURCE.replace('{type: file_drop, folder: inbox, glob: "*"}', settings))
        land(case.source, case.workspace)
        with pytest.raises(FetchFailed, match="cut off"):
            land(case.source, case.workspace)
        thread.join()
    assert len(served) == 2
    (kept,) = case.workspace.blobs.iterdir()
    assert kept.read_bytes() == BODY.encode()
    assert len(list((case.workspace.receipts / "records").iterdir())) == 1


def test_a_server_that_does_not_listen(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    settings = f'{{type: http, url: "http://127.0.0.1:{port}/x.csv", retries: 0}}'
    case = Case(tmp_path, SOURCE.replace('{type: file_drop, folder: inbox, glob: "*"}', settings))
    with pytest.raises(FetchFailed, match="it could not be reached"):
        land(case.source, case.workspace)


def test_a_redirect_is_followed_and_the_stated_address_recorded(tmp_path: Path, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/records.csv").respond_with_data(status=302, headers={"Location": "/moved/other.csv"})
    httpserver.expect_request("/moved/other.csv").respond_with_data(BODY)
    case = http_case(tmp_path, httpserver)
    (delivery,) = land(case.source, case.workspace)
    assert delivery.origin == httpserver.url_for("/records.csv")


def test_validators_are_asked_with_and_renewed(tmp_path: Path, httpserver: HTTPServer) -> None:
    day = "Mon, 01 Sep 2025 00:00:00 GMT"
    asked = []

    def answer(request: Request) -> Response:
        asked.append((request.headers.get("If-None-Match"), request.headers.get("If-Modified-Since")))
        return Response(BODY, headers={"ETag": f'"v{len(asked)}"', "Last-Modified": day})

    httpserver.expect_request("/records.csv").respond_with_handler(answer)
    case = http_case(tmp_path, httpserver)
    assert [len(land(case.source, case.workspace)) for _ in range(3)] == [1, 0, 0]
    assert asked == [(None, None), ('"v1"', day), ('"v2"', day)]
    assert len(list((case.workspace.receipts / "records").iterdir())) == 1


def test_the_validators_of_another_address_are_not_sent(tmp_path: Path, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/records.csv").respond_with_data(BODY, headers={"ETag": '"v1"'})
    case = http_case(tmp_path, httpserver)
    land(case.source, case.workspace)
    asked = []

    def answer(request: Request) -> Response:
        asked.append(request.headers.get("If-None-Match"))
        return Response(BODY + GOOD.replace("007", "8"))

    httpserver.expect_request("/new.csv").respond_with_handler(answer)
    case.path.write_text(case.path.read_text().replace("/records.csv", "/new.csv"))
    assert len(land(case.source, case.workspace)) == 1
    assert asked == [None]


def test_only_asking_tells_whether_there_is_something_new(tmp_path: Path, httpserver: HTTPServer) -> None:
    case = http_case(tmp_path, httpserver)
    assert connector(case.source).glimpse(case.source) is None

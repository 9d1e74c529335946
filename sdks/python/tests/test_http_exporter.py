"""The HTTP exporter against a real server that answers in every way servers do."""

from __future__ import annotations

import email.utils
import gzip
import http.server
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from exporting import pumping, until

import tracewire
from tracewire.exporters import Batch, HttpExporter, RetryLater, Undeliverable

ENVELOPES = [
    b'{"digest":"sha256:1","events":[{"seq":1,"type":"log"}],"first_seq":1,"producer":"p-1"}',
    b'{"digest":"sha256:2","events":[{"seq":2,"type":"log"},{"seq":3,"type":"log"}],"first_seq":2,"producer":"p-1"}',
]

Answer = Callable[["Handler"], None]


class Handler(http.server.BaseHTTPRequestHandler):
    server: Server
    body: bytes

    def do_POST(self) -> None:
        self.body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.requests.append((self.path, dict(self.headers), self.body))
        answer = self.server.answers.pop(0) if self.server.answers else answering(200)
        answer(self)

    def log_message(self, *_: Any) -> None:
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.requests: list[tuple[str, dict[str, str], bytes]] = []
        self.answers: list[Answer] = []
        self.gate = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, *_: Any) -> None:
        pass


def answering(status: int, body: bytes = b"", **headers: str) -> Answer:
    def answer(handler: Handler) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def hanging(handler: Handler) -> None:
    handler.server.gate.wait(20)


def closing(handler: Handler) -> None:
    handler.connection.shutdown(socket.SHUT_RDWR)


def closing_in_the_headers(handler: Handler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Le")
    handler.connection.shutdown(socket.SHUT_RDWR)


def closing_in_the_body(handler: Handler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
    handler.connection.shutdown(socket.SHUT_RDWR)


def speaking_nonsense(handler: Handler) -> None:
    handler.wfile.write(b"\x00\xff this is not HTTP at all\r\n\r\n")
    handler.connection.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    with Server() as served:
        thread = threading.Thread(target=served.serve_forever, args=(0.01,))
        thread.start()
        yield served
        served.gate.set()
        served.shutdown()
        thread.join()


def batch(seconds: float | None = None) -> Batch:
    return Batch("p-1", ENVELOPES, seconds=seconds)


def test_json_lines_with_gzip(server: Server) -> None:
    HttpExporter(server.url + "/v1/envelopes?key=k", headers={"X-Key": "secret"}).export(batch())
    ((path, headers, body),) = server.requests
    assert path == "/v1/envelopes?key=k"
    assert headers["Content-Type"] == "application/x-ndjson"
    assert headers["Content-Encoding"] == "gzip"
    assert headers["X-Key"] == "secret"
    assert headers["User-Agent"] == f"tracewire-python/{tracewire.__version__}"
    assert gzip.decompress(body) == ENVELOPES[0] + b"\n" + ENVELOPES[1] + b"\n"


def test_a_json_list_as_it_is(server: Server) -> None:
    headers = iter([{"Authorization": "one"}, {"Authorization": "two"}])
    exporter = HttpExporter(server.url, headers=lambda: next(headers), format="json", compress=False)
    exporter.export(batch())
    exporter.export(batch())
    assert [request[1]["Authorization"] for request in server.requests] == ["one", "two"]
    assert server.requests[0][1]["Content-Type"] == "application/json"
    assert "Content-Encoding" not in server.requests[0][1]
    assert [envelope["digest"] for envelope in json.loads(server.requests[0][2])] == ["sha256:1", "sha256:2"]


def test_name_and_password_of_a_url_are_a_header_and_stand_in_no_name(server: Server) -> None:
    exporter = HttpExporter(server.url.replace("//", "//me:p%40ss@") + "/x?key=secret")
    exporter.export(batch())
    assert server.requests[0][1]["Authorization"] == "Basic bWU6cEBzcw=="
    assert exporter.sink() == f"http:{server.url}/x"
    assert repr(exporter) == f"<tracewire.exporters.HttpExporter to {server.url}/x>"


@pytest.mark.parametrize("status", [400, 405, 406, 410, 411, 415, 422, 431, 451, 418])
def test_what_can_never_work_is_dropped(server: Server, status: int) -> None:
    server.answers = [answering(status, b"no \x1b[31m such\nthing")]
    with pytest.raises(Undeliverable) as caught:
        HttpExporter(server.url).export(batch())
    assert (caught.value.reason, caught.value.events) == (f"http_{status}", 3)
    assert str(caught.value) == f"{server.url} answers {status}: no [31m such thing"


@pytest.mark.parametrize("status", [401, 403, 404, 408, 425, 429, 500, 502, 503, 504, 304, 300])
def test_what_may_work_later_comes_again(server: Server, status: int) -> None:
    server.answers = [answering(status)]
    with pytest.raises(RetryLater) as caught:
        HttpExporter(server.url).export(batch())
    assert (caught.value.code, caught.value.after) == (f"http_{status}", None)


def test_retry_after_in_both_forms(server: Server) -> None:
    date = email.utils.formatdate(time.time() + 100, usegmt=True)
    values = ["7", date, "nonsense", "-5", "99999999999999999", "Sat, 99 Foo 1 1:1:1 GMT", "", "1.5"]
    server.answers = [answering(503, Retry_After=value) for value in values]
    found = []
    for _ in values:
        with pytest.raises(RetryLater) as caught:
            HttpExporter(server.url).export(batch())
        found.append(caught.value.after)
    assert found[0] == 7
    assert 90 < (found[1] or 0) <= 100
    assert found[2:] == [None, None, 999999999.0, None, None, None]


def test_a_batch_that_is_too_large_is_halved(server: Server) -> None:
    def too_large(handler: Handler) -> None:
        answering(413 if b"sha256:2" in gzip.decompress(handler.body) else 200)(handler)

    server.answers = [too_large] * 3
    with pytest.raises(Undeliverable) as caught:
        HttpExporter(server.url).export(batch())
    assert (caught.value.reason, caught.value.events) == ("http_413", 2)
    sent = [gzip.decompress(body).count(b"\n") for _, _, body in server.requests]
    assert sent == [2, 1, 1]


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (closing, "connection"),
        (speaking_nonsense, "connection"),
        (hanging, "http_timeout"),
    ],
)
def test_faults_of_connections(server: Server, fault: Answer, code: str) -> None:
    server.answers = [fault]
    with pytest.raises(RetryLater) as caught:
        HttpExporter(server.url, timeout=0.3).export(batch())
    assert caught.value.code == code


@pytest.mark.parametrize("fault", [closing_in_the_body, closing_in_the_headers])
def test_a_server_that_has_taken_it_and_then_closes_has_taken_it(server: Server, fault: Answer) -> None:
    server.answers = [fault]
    HttpExporter(server.url).export(batch())


def test_nobody_listens(server: Server) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(RetryLater) as caught:
        HttpExporter(f"http://127.0.0.1:{port}").export(batch())
    assert caught.value.code == "connection"


def test_who_waits_bounds_the_request(server: Server) -> None:
    server.answers = [hanging]
    began = time.monotonic()
    with pytest.raises(RetryLater):
        HttpExporter(server.url, timeout=30).export(batch(0.2))
    assert time.monotonic() - began < 2
    with pytest.raises(RetryLater) as caught:
        HttpExporter(server.url).export(batch(-1.0))
    assert caught.value.code == "export_timeout"


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_redirects_keep_the_method_and_the_body(server: Server, status: int) -> None:
    server.answers = [answering(status, Location="/elsewhere"), answering(200)]
    HttpExporter(server.url, headers={"X-Key": "secret"}).export(batch())
    assert [(path, headers["X-Key"], len(body) > 50) for path, headers, body in server.requests] == [
        ("/", "secret", True),
        ("/elsewhere", "secret", True),
    ]


def test_redirects_to_another_host_take_no_secrets_along(server: Server) -> None:
    port = server.server_address[1]
    server.answers = [answering(307, Location=f"http://localhost:{port}/there")]
    HttpExporter(server.url, headers={"X-Key": "secret", "Authorization": "secret"}).export(batch())
    assert server.requests[1][0] == "/there"
    assert not {"X-Key", "Authorization"} & server.requests[1][1].keys()
    assert "secret" not in str(server.requests[1])


@pytest.mark.parametrize("location", ["/", "ftp://127.0.0.1/x", "file:///etc/passwd"])
def test_redirects_that_lead_nowhere(server: Server, location: str) -> None:
    server.answers = [answering(307, Location=location)] * 10
    with pytest.raises(RetryLater) as caught:
        HttpExporter(server.url).export(batch())
    assert caught.value.code == "http_redirect"
    assert len(server.requests) <= 6


def test_a_303_is_no_delivery(server: Server) -> None:
    server.answers = [answering(303, Location="/elsewhere")]
    with pytest.raises(RetryLater):
        HttpExporter(server.url).export(batch())


def test_the_platform_s_proxy(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", server.url)
    monkeypatch.delenv("no_proxy", raising=False)
    HttpExporter("http://traces.example.invalid/v1").export(batch())
    assert server.requests[0][0] == "http://traces.example.invalid/v1"
    assert server.requests[0][1]["Host"] == "traces.example.invalid"
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    HttpExporter(f"{server.url}/direct").export(batch())
    assert server.requests[1][0] == "/direct"


@pytest.mark.parametrize("url", ["ftp://x/y", "/x", "", "http://", "file:///etc/passwd", "http:///x"])
def test_urls_that_are_none(url: str) -> None:
    with pytest.raises(ValueError, match="url is not one of http or https"):
        HttpExporter(url)


@pytest.mark.parametrize("options", [{"timeout": 0}, {"timeout": -1}, {"timeout": float("nan")}, {"format": "xml"}])
def test_options_that_cannot_be(options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(options))):
        HttpExporter("http://x", **options)


def test_end_to_end_through_an_outage(server: Server, tmp_path: Path) -> None:
    """Faults first, then all of it arrives, once and in order; the counts say so."""
    server.answers = [answering(503, Retry_After="0"), closing, answering(429, Retry_After="0"), answering(500)]
    with pumping([HttpExporter(server.url)], "background", tmp_path) as pump:
        for n in range(100):
            with tracewire.span(f"s{n}", input="x" * 300):
                pass
        until(lambda: pump.report()["pending"] == 0)
        report = pump.flush(5.0)
    assert (report["sent"], report["dropped"]) == (200, {})
    assert report["errors"] == {"http_503": 1, "connection": 1, "http_429": 1, "http_500": 1}
    bodies = [gzip.decompress(body) for _, _, body in server.requests[4:]]
    envelopes = [json.loads(line) for body in bodies for line in body.splitlines()]
    events = [event for envelope in envelopes for event in envelope["events"]]
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    assert [e["body"]["name"] for e in events if e["type"] == "span.start"] == [f"s{n}" for n in range(100)]


def test_end_to_end_through_a_refusal(server: Server, caplog: pytest.LogCaptureFixture) -> None:
    server.answers = [answering(400, b"not today")]
    with pumping([HttpExporter(server.url)], "inline") as pump:
        with tracewire.span("refused"):
            pass
        pump.run_ended()
        with tracewire.span("taken"):
            pass
        report = pump.flush(5.0)
    assert (report["sent"], report["pending"], report["dropped"]) == (2, 0, {"http_400": 2})
    assert "not today" in caplog.text

"""A web server with several processes and one destination: every worker's steps arrive, and nobody's are lost at the end."""

from __future__ import annotations

import gzip
import http.client
import http.server
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from exporting import pumping

import tracewire
from tracewire.exporters import HttpExporter

APP = """
import atexit, multiprocessing, os, tracewire
from tracewire import _native, _recorder
from tracewire._pump import Pump
from tracewire.exporters import HttpExporter, recorder_options

exporters = [HttpExporter(os.environ["TRACES_URL"])]
options = {"resource": {"service.name": "web"}, "mode": "background", **recorder_options(exporters, "background")}
recorder = _native.Recorder(options)
_recorder.active = recorder
pump = Pump(recorder, exporters, "background")
os.register_at_fork(after_in_child=_native.forked)
atexit.register(lambda: (recorder.close(2), pump.close(2)))
everybody = multiprocessing.get_context("fork").Barrier(4)

def application(environ, start_response):
    headers = {key[5:].lower().replace("_", "-"): value for key, value in environ.items() if key.startswith("HTTP_")}
    everybody.wait(8)
    with tracewire.attach(tracewire.extract(headers)), tracewire.span(environ["PATH_INFO"][1:], input="x" * 1000):
        pass
    start_response("200 OK", [("Content-Type", "text/plain"), ("Connection", "close")])
    return [str(os.getpid()).encode()]
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_workers_that_share_a_destination(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("gunicorn")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    (tmp_path / "app.py").write_text(APP)
    bodies: list[bytes] = []

    class Receiver(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            bodies.append(gzip.decompress(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    receiver = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    serving = threading.Thread(target=receiver.serve_forever, args=(0.01,))
    serving.start()
    url = f"http://127.0.0.1:{receiver.server_address[1]}/v1"
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        command = [sys.executable, "-W", "ignore", "-m", "gunicorn", "--preload", "--workers", "4", "--no-control-socket"]
        command += ["--worker-tmp-dir", str(tmp_path), "--bind", f"fd://{listener.fileno()}", "app:application"]
        package = str(Path(tracewire.__file__).parents[1])
        server = subprocess.Popen(
            command,
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": package, "TRACEWIRE_DIR": str(tmp_path / "traces"), "TRACES_URL": url},
            pass_fds=[listener.fileno()],
            stderr=subprocess.PIPE,
            text=True,
        )

    def request(name: str) -> str:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=15)
        connection.request("GET", f"/{name}", headers={"traceparent": f"00-{int(name) + 1:032x}-{1:016x}-01"})
        body = connection.getresponse().read().decode()
        connection.close()
        return body

    try:
        with ThreadPoolExecutor(4) as pool:
            pids = [set(pool.map(request, [str(4 * n + client) for client in range(4)])) for n in range(5)]
    finally:
        server.send_signal(signal.SIGTERM)
        _, log = server.communicate(timeout=20)
    assert [len(four) for four in pids] == [4] * 5, log
    assert "Traceback" not in log
    # What a worker could not send before its end is sent by the next process that has the same destination.
    with pumping([HttpExporter(url)], "inline", tmp_path / "traces") as pump:
        assert pump.flush(5.0)["errors"] == {}
    receiver.shutdown()
    serving.join()
    receiver.server_close()
    envelopes = {line: json.loads(line) for body in bodies for line in body.splitlines()}
    events = [event for envelope in envelopes.values() for event in envelope["events"]]
    starts = {event["body"]["name"]: event for event in events if event["type"] == "span.start"}
    assert sorted(map(int, starts)) == list(range(20))
    assert all(int(event["trace_id"], 16) == int(name) + 1 for name, event in starts.items())
    producers: dict[str, list[int]] = {}
    for envelope in envelopes.values():
        if envelope["resource"]["service.name"] == "web":
            producers.setdefault(envelope["producer"], []).extend(event["seq"] for event in envelope["events"])
    assert len(producers) == 4
    assert all(sorted(seqs) == list(range(1, len(seqs) + 1)) for seqs in producers.values())

"""A real server over a folder, asked over HTTP."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import ProxyHandler, Request, build_opener

# Limits of patience; nothing depends on how long anything takes.
REQUEST_SECONDS = 60
TALLY_SECONDS = 60


class Server:
    """`tracewire serve`, asked over HTTP."""

    def __init__(self, url: str, grpc: str) -> None:
        self.url = url
        self.grpc = f"http://{grpc}"
        self._opener = build_opener(ProxyHandler({}))

    def get(self, path: str) -> Any:
        """Give what is answered."""
        with self._opener.open(f"{self.url}{path}", timeout=REQUEST_SECONDS) as answer:
            return json.load(answer)

    def post(self, path: str, body: bytes, kind: str) -> bytes:
        """Send a body; give what is answered."""
        request = Request(f"{self.url}{path}", body, {"Content-Type": kind})
        with self._opener.open(request, timeout=REQUEST_SECONDS) as answer:
            return bytes(answer.read())

    def spans(self, trace_id: str) -> list[dict[str, Any]]:
        """Give the spans of a trace, in the order of its tree."""
        nodes = self.get(f"/v1/traces/{trace_id}")["nodes"]
        return [node for node in nodes if node["form"] == "span"]

    def events(self, trace_id: str) -> list[tuple[str, str]]:
        """Give each event's span and type."""
        items = self.get(f"/v1/traces/{trace_id}/events")["items"]
        return [(item["event"].get("span_id", ""), item["event"]["type"]) for item in items]

    def row(self, trace_id: str, expected: dict[str, Any]) -> dict[str, Any]:
        """Give these members of a trace's row, when they are as expected: it is counted shortly after it is stored."""
        until = time.monotonic() + TALLY_SECONDS
        while True:
            found = [row for row in self.get("/v1/traces?limit=1000")["items"] if row["trace_id"] == trace_id]
            assert len(found) == 1
            said = {member: found[0].get(member) for member in expected}
            if said == expected or time.monotonic() > until:
                return said
            time.sleep(0.05)


@contextmanager
def serving(folder: Path) -> Iterator[Server]:
    """Serve an empty folder."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TRACEWIRE_")}
    command = [os.environ["TRACEWIRE_PROGRAM"], "--dir", str(folder / ".tracewire"), "serve", "--port", "0", "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=folder, env=environment) as process:
        assert process.stdout
        try:
            ready = json.loads(process.stdout.readline())
            yield Server(ready["url"].rstrip("/"), ready["grpc"])
        finally:
            process.terminate()
    # It ends by itself, with everything stored.
    assert process.returncode == 0

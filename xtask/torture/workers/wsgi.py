"""What gunicorn serves: each request records a run. The master has loaded this, and recorded, before it forks its workers."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from typing import Any

from worker import Lane, say

import tracewire

tracewire.init(service="torture")
Lane("master", 0, 1).unit()

lane: Lane | None = None


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    global lane
    name = f"g{os.getpid()}"
    if lane is None or lane.worker != name:
        say(f"b {name} {os.getpid()}")
        lane = Lane(name, 0, os.getpid())
    for _ in range(3):
        lane.unit()
    body = name.encode()
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))])
    return [body]

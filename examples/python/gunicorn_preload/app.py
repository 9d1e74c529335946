"""An agent behind gunicorn. The application is loaded once, before the workers are forked, and so is what it knows."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qs

import tracewire

tracewire.init(service="gunicorn-preload")

# Recorded by the master: it has a journal when it forks, and each worker's journal names it as its parent.
with tracewire.span("load pages", kind="file_io") as load:
    PAGES = {"otters": "Otters hold hands.", "kelp": "Kelp grows fast."}
    load.set_output(len(PAGES))


@tracewire.retrieval
def look_up(topic: str) -> str:
    return PAGES.get(topic, "Nothing is known.")


@tracewire.agent
def answer(topic: str) -> str:
    page = look_up(topic)
    with tracewire.span("write", kind="llm", input=page) as step:
        step.usage(input_tokens=12, output_tokens=5)
        step.set_output(f"About {topic}: {page}")
        return f"About {topic}: {page}"


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Answer ``GET /?topic=otters``."""
    topic = parse_qs(environ["QUERY_STRING"]).get("topic", ["otters"])[0]
    body = f"{answer(topic)}\n".encode()
    headers = [("Content-Type", "text/plain"), ("Content-Length", str(len(body))), ("X-Worker", str(os.getpid()))]
    start_response("200 OK", headers)
    return [body]

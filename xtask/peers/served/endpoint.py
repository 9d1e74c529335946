"""An endpoint that speaks OpenAI's protocol from a script: what each call uses is known, and so is what it costs."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

MODEL = "gpt-5-mini-2025-08-07"
WHOLE = {
    "prompt_tokens": 1200,
    "completion_tokens": 90,
    "total_tokens": 1290,
    "prompt_tokens_details": {"cached_tokens": 1024, "audio_tokens": 0},
    "completion_tokens_details": {"reasoning_tokens": 64, "audio_tokens": 0},
}
STREAMED = {
    "prompt_tokens": 300,
    "completion_tokens": 40,
    "total_tokens": 340,
    "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
    "completion_tokens_details": {"reasoning_tokens": 0, "audio_tokens": 0},
}
CALL = {"id": "call_1", "type": "function", "function": {"name": "forecast", "arguments": '{"city":"Ghent"}'}}
COMPLETION = {
    "id": "chatcmpl-1",
    "object": "chat.completion",
    "created": 1790000000,
    "model": MODEL,
    "choices": [
        {
            "index": 0,
            "message": {"role": "assistant", "content": None, "tool_calls": [CALL]},
            "finish_reason": "tool_calls",
        }
    ],
    "usage": WHOLE,
}
EMBEDDING = {
    "object": "list",
    "model": "text-embedding-3-small",
    "data": [{"object": "embedding", "index": 0, "embedding": [0.25, -0.5, 1.0]}],
    "usage": {"prompt_tokens": 50, "total_tokens": 50},
}
MISSING = {"error": {"message": "The model does not exist.", "type": "invalid_request_error", "code": "model_not_found"}}


def _stream() -> bytes:
    base = {"id": "chatcmpl-2", "object": "chat.completion.chunk", "created": 1790000000, "model": MODEL}
    parts: list[tuple[dict[str, str], str | None]] = [
        ({"role": "assistant", "content": "Dry"}, None),
        ({"content": ", so row."}, None),
        ({}, "stop"),
    ]
    chunks = [{**base, "choices": [{"index": 0, "delta": delta, "finish_reason": why}]} for delta, why in parts]
    chunks.append({**base, "choices": [], "usage": STREAMED})
    return b"".join(f"data: {json.dumps(chunk)}\n\n".encode() for chunk in chunks) + b"data: [DONE]\n\n"


class _Answers(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.path.endswith("/embeddings"):
            self._say(json.dumps(EMBEDDING).encode())
        elif asked["model"] == "missing":
            self._say(json.dumps(MISSING).encode(), status=404)
        elif asked.get("stream"):
            self._say(_stream(), kind="text/event-stream")
        else:
            self._say(json.dumps(COMPLETION).encode())

    def _say(self, body: bytes, kind: str = "application/json", status: int = 200) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def answering() -> Iterator[str]:
    """Answer on a free port of this machine; give the address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Answers)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()

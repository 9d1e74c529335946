"""The agent's tools over HTTP, for agents in languages that bring no MCP client: the functions of `server.py`.

`POST /tools/search` with `{"query": "otters"}` gives `{"result": …}`, or `{"error": "…"}` with status 400. The context of each
call crosses in the headers, so each tool is a step below the agent's. The address stands in the first line of the output; the
server ends when its standard input does.
"""

from __future__ import annotations

import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import server
from mcp.server.mcpserver.exceptions import ToolError

import tracewire

TOOLS = {tool.__name__: tool for tool in (server.search, server.fetch_page, server.calculate, server.check_citation)}


class Handler(BaseHTTPRequestHandler):
    """Calls one tool for each request."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        """Call the tool that the path names."""
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        tool = TOOLS.get(self.path.removeprefix("/tools/"))
        if tool is None:
            self.answer(404, {"error": f"404: there is no tool at {self.path}"})
            return
        try:
            with tracewire.attach(tracewire.extract(dict(self.headers.items()))):
                self.answer(200, {"result": tool(**json.loads(body or b"{}"))})
        except (ToolError, TypeError, ValueError) as error:
            self.answer(400, {"error": str(error)})

    def answer(self, status: int, said: dict[str, object]) -> None:
        """Send JSON."""
        data = json.dumps(said).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        """Stay silent: the program's output is the agent's."""


def main() -> None:
    """Serve until standard input ends."""
    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=http.serve_forever, daemon=True).start()
    print(f"http://127.0.0.1:{http.server_port}", flush=True)
    sys.stdin.read()
    http.shutdown()


if __name__ == "__main__":
    main()

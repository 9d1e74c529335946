"""Explores the API of a server with some data: ``explore.py CAPTURES ENVELOPES``. How is in schemathesis.toml."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from server import serving

HERE = Path(__file__).parent


def main(captures: str, envelopes: str) -> int:
    """Fill a server and explore it."""
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder)) as server:
        server.post("/v1/envelopes", Path(envelopes).read_bytes(), "application/x-ndjson")
        for capture in sorted(Path(captures).glob("*.pb")):
            signal = capture.name.split(".")[1]
            server.post(f"/v1/{signal}", capture.read_bytes(), "application/x-protobuf")
        # What an earlier run found would change what this one tries, so everything is written where it goes away.
        command = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(HERE / "schemathesis.toml"), "run"]
        proxies = ("http_proxy", "https_proxy", "all_proxy")
        environment = {name: value for name, value in os.environ.items() if name.lower() not in proxies}
        explored = [f"{server.url}/openapi.json", "--url", server.url]
        return subprocess.run([*command, *explored], check=False, cwd=folder, env=environment).returncode


sys.exit(main(*sys.argv[1:]))

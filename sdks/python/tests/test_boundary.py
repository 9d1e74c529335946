"""The process: configuration, strict mode, panics, a directory that cannot be written, the exit, and what an import costs."""

from __future__ import annotations

import importlib.metadata
import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest

import tracewire
import tracewire.testing
from tracewire import TracewireError, _native, _recorder
from tracewire.testing import Recording


def run(program: str, *arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", program, *map(str, arguments)],
        env={**os.environ, **environment},
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_a_panic_stops_at_the_boundary() -> None:
    program = (
        "from tracewire import _native, flush\n"
        "assert _native.testing_panic() == 'fallback'\n"
        "assert flush().errors == {'internal_error': 1}\n"
        "assert flush().errors == {'internal_error': 1}\n"
    )
    done = run(program)
    assert done.stdout == ""
    # The log's last resort, since the program did not configure logging: where it panicked, once.
    assert done.stderr.count("testing.rs") == done.stderr.count("testing_panic") == 1


def test_the_contract_is_compared() -> None:
    assert _native.contract_version() == tracewire._CONTRACT_VERSION


def test_the_version_is_that_of_the_wheel() -> None:
    assert tracewire.__version__ == importlib.metadata.version("tracewire")


def test_no_call_at_all_is_needed(tmp_path: Path) -> None:
    done = run("import tracewire\nwith tracewire.span('s'): pass", TRACEWIRE_DIR=str(tmp_path), OTEL_SERVICE_NAME="svc")
    assert (done.stdout, done.stderr) == ("", "")
    assert [span["name"] for span in Recording(tmp_path).spans()] == ["s"]


def test_a_program_that_is_killed_loses_nothing(tmp_path: Path) -> None:
    program = (
        "import os, signal, tracewire\n"
        "with tracewire.span('root'):\n"
        "    for n in range(100):\n"
        "        with tracewire.span(f's{n}', input='x' * 1000) as s: s.set_output('y' * 1000)\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    with pytest.raises(subprocess.CalledProcessError):
        run(program, TRACEWIRE_DIR=str(tmp_path))
    spans = Recording(tmp_path).spans()
    assert len(spans) == 101
    assert "status" not in spans[0]
    assert all(span["status"] == "ok" and len(span["output"]) == 1000 for span in spans[1:])


@pytest.mark.parametrize("mode", ["local", "inline", "background"])
def test_every_mode_writes_and_reports(mode: str, tmp_path: Path) -> None:
    program = (
        "import sys, tracewire\n"
        "tracewire.init(dir=sys.argv[1], mode=sys.argv[2], service='s')\n"
        "with tracewire.span('s'): pass\n"
        "report = tracewire.flush()\n"
        "assert report.written >= 2 and not report.dropped and not report.errors, report\n"
    )
    run(program, tmp_path, mode)
    assert [span["name"] for span in Recording(tmp_path).spans()] == ["s"]


def test_a_directory_that_cannot_be_written_is_one_log_line_and_a_counted_loss(tmp_path: Path) -> None:
    blocker = tmp_path / "file"
    blocker.write_text("not a directory")
    program = (
        "import sys, tracewire\n"
        "tracewire.init(dir=sys.argv[1])\n"
        "for n in range(50):\n"
        "    with tracewire.span('s', input=n) as s: s.set_output(n)\n"
        "report = tracewire.flush()\n"
        "assert sum(report.dropped.values()) == 100 and report.written == 0, report\n"
    )
    done = run(program, blocker / "below")
    assert done.stdout == ""
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr


def test_strict_mode_raises_for_losses_and_misuse(tmp_path: Path) -> None:
    blocker = tmp_path / "file"
    blocker.write_text("not a directory")
    program = (
        "import sys, tracewire\n"
        "tracewire.init(dir=sys.argv[1], strict=True)\n"
        "with tracewire.span('s') as s: pass\n"
        "for code, call in (('step_ended', lambda: s.set('k', 1)), ('records_dropped', tracewire.flush)):\n"
        "    try: call()\n"
        "    except tracewire.TracewireError as error: assert error.code == code, error\n"
        "    else: raise SystemExit(f'{code} did not raise')\n"
    )
    run(program, blocker / "below")


@pytest.mark.parametrize(
    "options", [{"mode": "wrong"}, {"quota_bytes": -1}, {"quota_bytes": "many"}, {"dir": 5}, {"resource": 5}]
)
def test_a_wrong_configuration_is_named_and_the_default_used(
    options: dict[str, object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("TRACEWIRE_DIR", str(tmp_path))
    monkeypatch.setattr(_recorder, "active", None)
    with caplog.at_level(logging.WARNING, "tracewire"):
        tracewire.init(**options)  # type: ignore[arg-type]
    (name,) = options
    assert caplog.messages[0].startswith(f"{name} = ")
    assert "(argument)" in caplog.messages[0]
    with tracewire.span("still recorded"):
        pass
    assert [span["name"] for span in Recording(tmp_path).spans()] == ["still recorded"]
    tracewire.shutdown()
    with pytest.raises(TracewireError) as caught:
        tracewire.init(strict=True, **options)  # type: ignore[arg-type]
    assert caught.value.code == "configuration"


def test_after_a_shutdown_records_are_dropped_and_counted() -> None:
    with tracewire.testing.recording() as recorded:
        tracewire.shutdown()
        with tracewire.span("late"):
            pass
        report = tracewire.flush()
        assert report.dropped == {"closed": 2}
    assert recorded.spans() == []


def test_what_an_import_loads() -> None:
    program = "import sys; before = set(sys.modules); import tracewire; print(*sorted(set(sys.modules) - before))"
    loaded = set(run(program).stdout.split())
    heavy = {"asyncio", "dataclasses", "inspect", "json", "logging", "mcp", "threading", "traceback", "typing"}
    already = set(run("import sys; print(*sys.modules)").stdout.split())
    assert not (loaded & heavy) - already
    assert not any(name.startswith("opentelemetry") for name in loaded)


def test_recording_starts_no_thread(tmp_path: Path) -> None:
    program = (
        "import os, tracewire\nwith tracewire.span('s'): pass\ntracewire.flush()\nprint(len(os.listdir('/proc/self/task')))\n"
    )
    if not Path("/proc/self/task").exists():
        pytest.skip("needs /proc")
    assert run(program, TRACEWIRE_DIR=str(tmp_path)).stdout == "1\n"

"""Parents under load: threads, event loops, generators, pools, forks, spawns, and a preloading web server.

A step is called by its path, ``root/a/b``, so the tree that is recorded can be compared with what its names say.
"""

from __future__ import annotations

import asyncio
import contextvars
import gc
import http.client
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

import tracewire
from tracewire.testing import Recording

THREADS = 64
PACKAGE = str(Path(tracewire.__file__).parents[1])


def check_paths(recorded: Recording) -> dict[str, dict[str, Any]]:
    """Every step is below the one that its path names, in the trace of its root; gives the steps by path."""
    spans = recorded.spans()
    by_name = {span["name"]: span for span in spans}
    assert len(by_name) == len(spans)
    names = {span["span_id"]: span["name"] for span in spans}
    assert len(names) == len(spans)
    for name, span in by_name.items():
        above = name.rpartition("/")[0]
        assert names.get(span.get("parent_id"), "") == above, name
        assert span["trace_id"] == by_name[name.partition("/")[0]]["trace_id"], name
    return by_name


def numbers(path: str) -> Callable[[], Iterator[int]]:
    @tracewire.trace(path, "tool")
    def generate() -> Iterator[int]:
        with tracewire.span(f"{path}/inside"):
            for n in range(3):
                with tracewire.span(f"{path}/inside/{n}"):
                    pass
                yield n

    return generate


def async_numbers(path: str) -> Callable[[], AsyncIterator[int]]:
    @tracewire.trace(path, "tool")
    async def generate() -> AsyncIterator[int]:
        async with tracewire.span(f"{path}/inside"):
            for n in range(3):
                await asyncio.sleep(0)
                with tracewire.span(f"{path}/inside/{n}"):
                    await asyncio.sleep(0)
                yield n

    return generate


def step(path: str) -> None:
    with tracewire.span(path):
        pass


async def consume(path: str, elsewhere: ThreadPoolExecutor) -> None:
    """Generators to their end, left in the middle, closed in another thread, and dropped; steps between all chunks."""
    with tracewire.span(path):
        for n in numbers(f"{path}/whole")():
            step(f"{path}/between {n}")
            await asyncio.sleep(0)
        async for n in async_numbers(f"{path}/async whole")():
            step(f"{path}/async between {n}")

        moved = numbers(f"{path}/moved")()
        next(moved)
        # What another thread does with the generator happens below the generator's step, not below the thread's.
        closed = elsewhere.submit(contextvars.Context().run, lambda: (next(moved), moved.close()))  # type: ignore[attr-defined]
        await asyncio.wrap_future(closed)

        dropped = numbers(f"{path}/dropped")()
        next(dropped)
        del dropped

        left = async_numbers(f"{path}/async left")()
        await anext(left)
        await left.aclose()  # type: ignore[attr-defined]

        abandoned = async_numbers(f"{path}/async abandoned")()
        await anext(abandoned)
        del abandoned
        step(f"{path}/after")


def test_threads_of_event_loops_of_tasks_of_generators(
    recorded: Recording, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    complaints: list[str] = []
    monkeypatch.setattr(sys, "unraisablehook", lambda what: complaints.append(f"{what.object!r}: {what.exc_value!r}"))
    monkeypatch.setattr(threading, "excepthook", lambda what: complaints.append(repr(what.exc_value)))

    async def main(name: str) -> None:
        asyncio.get_running_loop().set_exception_handler(lambda _, context: complaints.append(str(context)))
        with tracewire.span(name):
            await asyncio.gather(*(consume(f"{name}/{task}", pool) for task in ("a", "b")))
            step(f"{name}/end")
        assert tracewire.current_span() is None

    caplog.set_level(logging.DEBUG)
    with ThreadPoolExecutor(4) as pool:
        threads = [threading.Thread(target=asyncio.run, args=(main(str(n)),)) for n in range(THREADS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    gc.collect()
    spans = check_paths(recorded)
    assert complaints == []
    assert not [message for message in caplog.messages if "ontext" in message]
    # Each run: itself, its end, and two tasks of 31 steps.
    assert len(spans) == THREADS * (2 + 2 * 31)
    assert {
        span["name"].split("/", 2)[2] for span in spans.values() if span.get("status") != "ok" and "a/" in span["name"]
    } == {
        "moved",
        "moved/inside",
        "dropped",
        "dropped/inside",
        "async left",
        "async left/inside",
        "async abandoned",
        "async abandoned/inside",
    }
    assert {span.get("status") for span in spans.values()} == {"ok", "cancelled"}


def test_an_abandoned_generator_that_another_thread_collects(recorded: Recording) -> None:
    """The last reference goes away where another step is current: neither step takes the other's place."""
    with tracewire.span("root"):
        box: list[Iterator[int]] = [numbers("root/stream")()]
        next(box[0])

        def drop() -> None:
            with tracewire.span("other"):
                box.clear()
                gc.collect()
                step("other/below")

        thread = threading.Thread(target=contextvars.Context().run, args=(drop,))
        thread.start()
        thread.join()
        step("root/after")
    spans = check_paths(recorded)
    assert (spans["root/stream"]["status"], spans["root/stream/inside"]["status"]) == ("cancelled", "cancelled")


def test_a_thread_pool_with_copied_contexts(recorded: Recording) -> None:
    def work(path: str, depth: int) -> None:
        with tracewire.span(path):
            if depth:
                work(f"{path}/{depth}", depth - 1)

    with ThreadPoolExecutor(THREADS) as pool:
        jobs = []
        for root in range(8):
            with tracewire.span(str(root)):
                for n in range(64):
                    jobs.append(pool.submit(contextvars.copy_context().run, work, f"{root}/{n}", 3))  # noqa: PERF401
        for job in jobs:
            job.result()
    assert len(check_paths(recorded)) == 8 * (1 + 64 * 4)


def test_gather_of_gathers_and_threads(recorded: Recording) -> None:
    async def tree(path: str, depth: int) -> None:
        async with tracewire.span(path):
            await asyncio.sleep(0)
            if depth:
                await asyncio.gather(*(tree(f"{path}/{n}", depth - 1) for n in range(4)))
            else:
                await asyncio.to_thread(step, f"{path}/thread")
            assert tracewire.current_span() is not None

    asyncio.run(tree("root", 3))
    assert len(check_paths(recorded)) == 1 + 4 + 16 + 64 + 64


@pytest.mark.skipif(sys.version_info < (3, 11), reason="needs asyncio.TaskGroup")
def test_task_groups_and_cancellation(recorded: Recording) -> None:
    async def endless(path: str, began: asyncio.Event) -> None:
        async with tracewire.span(path):
            began.set()
            await asyncio.Event().wait()

    async def group(path: str) -> None:
        async with tracewire.span(path), asyncio.TaskGroup() as tasks:  # type: ignore[attr-defined,unused-ignore]
            began = [asyncio.Event() for _ in range(3)]
            running = [tasks.create_task(endless(f"{path}/{n}", event)) for n, event in enumerate(began)]
            for event in began:
                await event.wait()
            for task in running:
                task.cancel()
            step(f"{path}/after")

    async def main() -> None:
        async with tracewire.span("root"), asyncio.TaskGroup() as tasks:  # type: ignore[attr-defined,unused-ignore]
            for n in range(32):
                tasks.create_task(group(f"root/{n}"))

    asyncio.run(main())
    spans = check_paths(recorded)
    assert len(spans) == 1 + 32 * 5
    assert sum(span["status"] == "cancelled" for span in spans.values()) == 32 * 3


PROGRAM = """
import asyncio, multiprocessing, os, sys, threading
import tracewire

def step(path):
    with tracewire.span(path):
        pass

def child(path):
    async def below(n):
        async with tracewire.span(f"{path}/{n}"):
            await asyncio.sleep(0)
    async def main():
        await asyncio.gather(*(below(n) for n in range(4)))
    with tracewire.span(path):
        asyncio.run(main())
        if path.count("/") < 2 and multiprocessing.current_process().name != "MainProcess" and sys.argv[2] == "fork":
            grandchild = multiprocessing.get_context("fork").Process(target=step, args=(f"{path}/grandchild",))
            grandchild.start()
            grandchild.join(20)
            assert grandchild.exitcode == 0

if __name__ == "__main__":
    tracewire.init(dir=sys.argv[1], service="processes")
    with tracewire.span("root"):
        os.environ.update(tracewire.inject_environment())
        processes = [
            multiprocessing.get_context(sys.argv[2]).Process(target=child, args=(f"root/{n}",)) for n in range(3)
        ]
        for process in processes:
            process.start()
        step("root/meanwhile")
        for process in processes:
            process.join(20)
            assert process.exitcode == 0, process
"""


@pytest.mark.parametrize(("method", "steps"), [("fork", 1 + 1 + 3 * 6), ("spawn", 1 + 1 + 3 * 5)])
def test_multiprocessing(method: str, steps: int, tmp_path: Path) -> None:
    if method == "fork" and not hasattr(os, "fork"):
        pytest.skip("needs fork")
    program = tmp_path / "program.py"
    program.write_text(PROGRAM)
    directory = tmp_path / "traces"
    done = subprocess.run(
        [sys.executable, str(program), str(directory), method],
        env={**os.environ, "PYTHONPATH": PACKAGE, "TRACEWIRE_DIR": str(directory)},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert len(check_paths(Recording(directory))) == steps


APP = """
import multiprocessing, os, tracewire

tracewire.init(service="web")
with tracewire.span("startup"):
    pass
# Four requests meet here, so four workers answer them.
everybody = multiprocessing.get_context("fork").Barrier(4)

def application(environ, start_response):
    headers = {key[5:].lower().replace("_", "-"): value for key, value in environ.items() if key.startswith("HTTP_")}
    path = environ["PATH_INFO"][1:]
    everybody.wait(8)
    with tracewire.attach(tracewire.extract(headers)), tracewire.span(path + "/server"):
        tracewire.trace(path + "/server/tool", "tool")(lambda: None)()
    assert tracewire.current_span() is None
    start_response("200 OK", [("Content-Type", "text/plain"), ("Connection", "close")])
    return [str(os.getpid()).encode()]
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_web_server_that_loads_the_application_before_it_forks(tmp_path: Path, recorded: Recording) -> None:
    pytest.importorskip("gunicorn")
    (tmp_path / "app.py").write_text(APP)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        command = [sys.executable, "-m", "gunicorn", "--preload", "--workers", "4", "--no-control-socket"]
        command += ["--worker-tmp-dir", str(tmp_path), "--bind", f"fd://{listener.fileno()}", "app:application"]
        server = subprocess.Popen(
            command,
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": PACKAGE, "TRACEWIRE_DIR": str(recorded.directory)},
            pass_fds=[listener.fileno()],
            stderr=subprocess.PIPE,
            text=True,
        )

    def request(name: str) -> str:
        with tracewire.span(name):
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=15)
            connection.request("GET", f"/{name}", headers=tracewire.inject({}))
            answer = connection.getresponse()
            body = answer.read().decode()
            connection.close()
            assert answer.status == 200
            return body

    try:
        with ThreadPoolExecutor(4) as pool:
            rounds = [list(pool.map(request, [f"{n}-{client}" for client in range(4)])) for n in range(3)]
    finally:
        server.send_signal(signal.SIGTERM)
        _, log = server.communicate(timeout=15)
    assert [len(set(pids)) for pids in rounds] == [4, 4, 4], log
    assert "Traceback" not in log
    spans = check_paths(recorded)
    assert len(spans) == 1 + 12 * 3
    assert len({span["trace_id"] for span in spans.values()}) == 1 + 12
    # The master's journal, this process's, and one for each worker.
    assert len(list((recorded.directory / "journal").glob("*.twj"))) == 6

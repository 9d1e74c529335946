"""Log lines as events, and ids in log lines."""

from __future__ import annotations

import asyncio
import io
import logging
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from exporting import pumping

import tracewire
from tracewire.exporters import Batch, Exporter
from tracewire.logs import TraceContextFilter, TracewireHandler
from tracewire.testing import Recording


@pytest.fixture
def logger() -> Iterator[logging.Logger]:
    made = logging.getLogger("app.agent")
    handler = TracewireHandler()
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(1)
    yield made
    root.removeHandler(handler)
    root.setLevel(level)


def lines(recorded: Recording) -> list[dict[str, Any]]:
    return [event for event in recorded.events() if event["type"] == "log"]


def test_a_line_belongs_to_the_current_step(recorded: Recording, logger: logging.Logger) -> None:
    with tracewire.span("outer") as outer:
        logger.warning("%d otters", 3, extra={"tank": "north", "nothing": None})
        with tracewire.span("inner") as inner:
            logger.info("below")
    logger.debug("nowhere")
    first, second, third = lines(recorded)
    assert (first["trace_id"], first["span_id"]) == (outer.trace_id, outer.span_id)
    assert (second["trace_id"], second["span_id"]) == (outer.trace_id, inner.span_id)
    assert "span_id" not in third
    body = first["body"]
    assert (body["message"], body["level"], body["logger"]) == ("3 otters", "warning", "app.agent")
    line = body["attributes"].pop("code.line.number")
    assert isinstance(line, int)
    assert body["attributes"] == {
        "code.file.path": __file__,
        "code.function.name": "test_a_line_belongs_to_the_current_step",
        "thread.name": "MainThread",
        "tank": "north",
    }


def test_levels(recorded: Recording, logger: logging.Logger) -> None:
    for level in (5, 10, 15, 20, 30, 40, 50, 60):
        logger.log(level, "line")
    levels = [line["body"]["level"] for line in lines(recorded)]
    assert levels == ["trace", "debug", "debug", "info", "warning", "error", "fatal", "fatal"]


def test_an_exception_is_attributes(recorded: Recording, logger: logging.Logger) -> None:
    try:
        asyncio.run(asyncio.wait_for(asyncio.Event().wait(), 0))
    except Exception:
        logger.exception("failed")
    (line,) = [line for line in lines(recorded) if line["body"]["logger"] == "app.agent"]
    assert line["body"]["attributes"]["exception.type"].endswith("TimeoutError")
    assert "test_an_exception_is_attributes" in line["body"]["attributes"]["exception.stacktrace"]


class Chatty:
    def __init__(self, logger: logging.Logger) -> None:
        self.logger = logger

    def __str__(self) -> str:
        self.logger.info("I am being printed: %s", self)
        return "chatty"


class Bad:
    def __str__(self) -> str:
        raise ValueError("cannot be printed")


def test_nothing_goes_round_in_circles(recorded: Recording, capsys: pytest.CaptureFixture[str]) -> None:
    handler = TracewireHandler()
    for name in ("alone", "tracewire", "tracewire.below", "tracewired"):
        logger = logging.Logger(name)
        logger.addHandler(handler)
        logger.info("%s of %s", Chatty(logger), name)
    assert [line["body"]["message"] for line in lines(recorded)] == ["chatty of alone", "chatty of tracewired"]
    assert capsys.readouterr() == ("", "")


def test_a_line_that_cannot_be_formatted_is_counted(recorded: Recording, capsys: pytest.CaptureFixture[str]) -> None:
    alone = logging.Logger("alone")
    alone.addHandler(TracewireHandler())
    alone.info("%s", Bad())
    alone.info("%d", "not a number")
    alone.info("fine")
    assert [line["body"]["message"] for line in lines(recorded)] == ["fine"]
    assert tracewire.flush().errors == {"log_not_recorded": 2}
    assert capsys.readouterr() == ("", "")


def test_what_an_exporter_logs_is_not_recorded(logger: logging.Logger) -> None:
    class Loud(Exporter):
        calls = 0

        def export(self, batch: Batch) -> None:
            self.calls += 1
            logger.info("exporting")

    loud = Loud()
    with pumping([loud], "inline") as pump:
        logger.info("one")
        for _ in range(5):
            pump.flush(5.0)
        assert loud.calls == 1
        assert pump.report()["sent"] == 1


def test_threads_and_tasks(recorded: Recording, logger: logging.Logger) -> None:
    def thread(n: int) -> None:
        with tracewire.span(f"thread {n}"):
            logger.info("%d", n)

    async def task(n: int) -> None:
        async with tracewire.span(f"task {n}"):
            await asyncio.sleep(0)
            logger.info("%d", n)

    async def tasks() -> None:
        await asyncio.gather(*(task(n) for n in range(8, 16)))

    threads = [threading.Thread(target=thread, args=(n,)) for n in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    asyncio.run(tasks())
    spans = {span["span_id"]: span["name"].split()[1] for span in recorded.spans()}
    mine = [line for line in lines(recorded) if line["body"]["logger"] == "app.agent"]
    assert len(mine) == 16
    assert all(spans[line["span_id"]] == line["body"]["message"] for line in mine)


def test_ids_in_the_lines_of_other_handlers(recorded: Recording) -> None:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.addFilter(TraceContextFilter())
    handler.setFormatter(logging.Formatter("%(levelname)s [%(trace_id)s %(span_id)s] %(message)s"))
    alone = logging.Logger("alone")
    alone.addHandler(handler)
    with tracewire.span("step"):
        alone.info("inside")
    alone.info("outside")
    with tracewire.attach("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"):
        alone.info("attached")
    assert stream.getvalue().splitlines() == [
        "INFO [00000000000000000000000000000001 0000000000000001] inside",
        "INFO [- -] outside",
        "INFO [0af7651916cd43dd8448eb211c80319c b7ad6b7169203331] attached",
    ]

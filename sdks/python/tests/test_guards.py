"""Guards: calls that are stopped before they begin, what is reserved and used, and what is recorded of it."""

from __future__ import annotations

import asyncio
import os
import pickle
import subprocess
import sys
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import tracewire
import tracewire.testing
from tracewire import Budget, BudgetExceeded, Client, Guards, GuardStop, LoopDetected, Loops, Rate, TracewireError, Verdict

STEPS = Guards(budget=Budget(steps=2), warn_at=1)


def verdicts(recorded: tracewire.testing.Recording) -> list[tuple[str, str]]:
    attributes = [event["body"]["attributes"] for event in recorded.events() if event["type"] == "event"]
    return [(each["tracewire.guard.decision"], each["tracewire.guard.rule"]) for each in attributes]


def test_a_decorated_call_is_stopped_before_it_begins() -> None:
    made: list[str] = []

    @tracewire.tool
    def search(query: str) -> str:
        made.append(query)
        return query

    def research() -> None:
        with tracewire.span("run", kind="agent", session_id="chat-7"):
            for query in ("one", "two", "three"):
                search(query)

    with tracewire.testing.recording(guards=STEPS) as recorded, pytest.raises(BudgetExceeded) as stopped:
        research()
    assert made == ["one", "two"]
    assert stopped.value.code == "budget_exceeded"
    assert isinstance(stopped.value, GuardStop)
    assert isinstance(stopped.value, TracewireError)
    verdict = stopped.value.verdict
    assert (verdict.rule, verdict.scope, verdict.used, verdict.asked, verdict.limit) == (
        "steps",
        "session:chat-7",
        Decimal(2),
        Decimal(1),
        Decimal(2),
    )
    assert str(stopped.value) == verdict.message
    assert [span["name"] for span in recorded.spans()] == ["run", "search", "search"]
    assert verdicts(recorded) == [("warn", "steps"), ("stop", "steps")]
    (run, *_) = recorded.spans()
    events = [event for event in recorded.events() if event["type"] == "event"]
    assert {event["parent_id"] for event in events} == {run["span_id"]}
    assert events[1]["kind"] == "guardrail"
    assert events[1]["body"]["name"] == "tracewire.guard"
    assert events[1]["body"]["attributes"]["tracewire.guard.message"] == verdict.message
    assert run["status"] == "error"


def test_a_block_is_not_entered() -> None:
    entered: list[int] = []
    with tracewire.testing.recording(guards=STEPS), tracewire.span("run"):
        before = tracewire.current_span()
        for turn in range(2):
            with tracewire.span("search", kind="tool"):
                entered.append(turn)
        with pytest.raises(BudgetExceeded), tracewire.span("search", kind="tool"):
            entered.append(2)
        # What was current stays so.
        assert tracewire.current_span() is before
    assert entered == [0, 1]


def test_async_functions_blocks_and_generators() -> None:
    made: list[str] = []

    @tracewire.tool
    async def search() -> None:
        made.append("async")

    @tracewire.llm
    def stream() -> Any:
        made.append("generator")
        yield "token"

    @tracewire.retrieval
    async def astream() -> Any:
        made.append("async generator")
        yield "token"

    async def run() -> None:
        await search()
        assert list(stream()) == ["token"]
        with pytest.raises(BudgetExceeded):
            await search()
        with pytest.raises(BudgetExceeded):
            list(stream())
        with pytest.raises(BudgetExceeded):
            async for _ in astream():
                pass
        with pytest.raises(BudgetExceeded):
            async with tracewire.span("search", kind="tool"):
                made.append("block")

    with tracewire.testing.recording(guards=STEPS), tracewire.span("run"):
        asyncio.run(run())
    assert made == ["async", "generator"]


def test_sessions_and_runs_have_budgets_of_their_own() -> None:
    def calls(**fields: Any) -> int:
        done = 0

        def run() -> None:
            nonlocal done
            with tracewire.span("run", kind="agent", **fields):
                while True:
                    with tracewire.span("search", kind="tool"):
                        done += 1

        with pytest.raises(BudgetExceeded):
            run()
        return done

    with tracewire.testing.recording(guards=STEPS):
        assert [calls(session_id="a"), calls(session_id="a"), calls(session_id="b"), calls(), calls()] == [2, 0, 2, 2, 2]


def test_a_model_reserves_what_it_may_use_and_gives_back_what_it_did_not() -> None:
    rates = {"house-*": Rate(input="1000000", output="1000000", cached_input="500000")}
    guards = Guards(budget=Budget(money="6"), rates=rates, warn_at=1)
    attributes = {"gen_ai.request.model": "house-1", "gen_ai.request.max_tokens": 3}
    with tracewire.testing.recording(guards=guards), tracewire.span("run", session_id="chat-7"):
        with tracewire.span("chat", kind="llm", input="12", attributes=attributes) as step:  # 4 bytes: a token, 1 + 3 dollars.
            with pytest.raises(BudgetExceeded, match=r"asks 4 USD, 0 USD used, 4 USD reserved, limit 6 USD"):
                tracewire.span("chat", kind="llm", input="12", attributes=attributes).start()
            step.usage(input_tokens=2, cache_read_input_tokens=1, output_tokens=0)
        status = tracewire.get_client().guards.status("chat-7")
        assert status is not None
        assert (status.money.used, status.money.reserved, status.money.limit) == (Decimal("1.5"), Decimal(0), Decimal(6))
        assert (status.tokens.used, status.tokens.limit, status.steps.used) == (Decimal(2), None, Decimal(1))


def test_a_cost_that_somebody_said_wins() -> None:
    with tracewire.testing.recording(guards=Guards(budget=Budget(money="1"))), tracewire.span("run", session_id="chat-7"):
        with tracewire.span("image", kind="tool") as step:
            step.cost("0.75")
        with tracewire.span("image", kind="tool") as step:
            step.cost("0.26")
        with pytest.raises(BudgetExceeded, match=r"1\.01 USD used"), tracewire.span("image", kind="tool"):
            pass


def test_the_price_list_knows_models_that_are_not_configured(tmp_path: Path) -> None:
    guards = Guards(budget=Budget(money="0.0001"), unpriced="stop")
    with Client(dir=tmp_path, guards=guards) as client:
        for model, message in (("gpt-4o", r"asks 0\.0\d+ USD"), ("nobody-knows-it", "no price is known for llm")):
            attributes = {"gen_ai.request.model": model, "gen_ai.provider.name": "openai"}
            with pytest.raises(BudgetExceeded, match=message), client.span("chat", kind="llm", attributes=attributes):
                pass


def test_the_same_call_again_is_a_loop() -> None:
    @tracewire.tool(capture_input=False)
    def search(query: str, *, page: int = 1) -> str:
        return query

    with tracewire.testing.recording(guards=Guards(loops=Loops(repeats=3))), tracewire.span("run"):
        for _ in range(2):
            search("otters", page=2)
        search("otters", page=3)
        with pytest.raises(LoopDetected) as stopped:
            search("otters", page=2)
    assert (stopped.value.code, stopped.value.verdict.rule, stopped.value.verdict.used) == (
        "loop_detected",
        "repeat",
        Decimal(2),
    )


def test_a_round_of_calls_is_a_loop() -> None:
    with tracewire.testing.recording(guards=Guards(loops=Loops(cycles=2))), tracewire.span("run"):
        done = []

        def run() -> None:
            for turn in range(9):
                for kind, given in (("llm", turn), ("tool", "otters")):
                    with tracewire.span("step", kind=kind, input=given):
                        done.append(kind)

        with pytest.raises(LoopDetected, match="round of calls"):
            run()
    assert done == ["llm", "tool", "llm"]


def test_calls_that_bring_nothing_new_are_a_loop() -> None:
    with tracewire.testing.recording(guards=Guards(loops=Loops(idle=2))), tracewire.span("run"):
        results = iter(["a", "b", "a", "b", "never"])

        def run() -> None:
            for _ in range(9):
                with tracewire.span("poll", kind="tool", input={"id": 7}) as step:
                    step.set_output(next(results))

        with pytest.raises(LoopDetected, match="no progress"):
            run()
        assert list(results) == ["never"]
        # Something that was not asked before may go on.
        with tracewire.span("poll", kind="tool", input={"id": 8}):
            pass


def test_a_warning_is_given_once_and_what_it_raises_stays_here(recorded: tracewire.testing.Recording) -> None:
    heard: list[Verdict] = []

    def hear(verdict: Verdict) -> None:
        heard.append(verdict)
        raise RuntimeError("not yours")

    with (
        tracewire.testing.recording(guards=Guards(budget=Budget(steps=4), warn_at=0.5, on_warning=hear)),
        tracewire.span("run"),
    ):
        for _ in range(4):
            with tracewire.span("search", kind="tool"):
                pass
    assert [(verdict.decision, verdict.rule, verdict.used) for verdict in heard] == [("warn", "steps", Decimal(1))]
    assert tracewire.flush().errors["guard_warning_failed"] == 1


def test_guards_hold_for_traces_that_sampling_leaves_out() -> None:
    with tracewire.testing.recording(guards=STEPS, sampling=0.0), tracewire.span("run", session_id="chat-7"):
        for _ in range(2):
            with tracewire.span("search", kind="tool"):
                pass
        with pytest.raises(BudgetExceeded, match="chat-7"), tracewire.span("search", kind="tool"):
            pass


def test_without_guards_nothing_is_raised(recorded: tracewire.testing.Recording) -> None:
    for _ in range(300):
        with tracewire.span("search", kind="tool", input="the same"):
            pass
    assert len(recorded.spans()) == 300
    assert tracewire.get_client().guards.status() is None


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"budget": {"money": "five"}}, "budget.money: dollars above 0"),
        ({"budget": {"monney": 5}}, "budget.monney: there is no such member"),
        (Guards(budget=Budget(steps=0)), "budget.steps: a whole number from 1"),
        (Guards(loops=Loops(repeats=1)), "loops.repeats: a whole number from 2"),
        ({"rates": {"gpt-4o": {"input": "1"}}}, "rates.gpt-4o: input and output are expected"),
        ({"on_warning": "print"}, "on_warning: a function is expected"),
        ("5.00", "Guards, or a mapping, is expected"),
    ],
)
def test_limits_that_cannot_be_meant_are_refused(tmp_path: Path, given: Any, reason: str) -> None:
    with pytest.raises(TracewireError) as refused:
        Client(dir=tmp_path, guards=given)
    assert refused.value.code == "configuration"
    assert f"guards (argument): {reason}" in str(refused.value)


def test_every_form_of_a_limit(tmp_path: Path) -> None:
    for money, wall in ((Decimal("0.5"), timedelta(minutes=10)), (0.5, 600), ("0.50", "10m")):
        with Client(dir=tmp_path, guards={"budget": {"money": money, "wall": wall, "steps": None}}) as client:
            with client.span("search", kind="tool"):
                pass
            status = client.guards.status()
            assert status is not None
            assert (status.money.limit, status.wall.limit, status.steps.limit) == (Decimal("0.5"), Decimal(600), None)


def test_limits_in_the_projects_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tracewire.toml").write_text("[guards.budget]\nsteps = 1\n", encoding="utf-8")
    with Client(dir=tmp_path) as client:
        with client.span("search", kind="tool"):
            pass
        with pytest.raises(BudgetExceeded), client.span("search", kind="tool"):
            pass
    (tmp_path / "tracewire.toml").write_text("[guards.budget]\nstep = 1\n", encoding="utf-8")
    with pytest.raises(TracewireError, match=r"tracewire\.toml:1\): budget\.step: there is no such member"):
        Client(dir=tmp_path)
    monkeypatch.setenv("TRACEWIRE_GUARDS", '{"budget": {"steps": 1}}')
    with Client(dir=tmp_path) as client:
        with client.span("search", kind="tool"):
            pass
        with pytest.raises(BudgetExceeded), client.span("search", kind="tool"):
            pass


def test_a_stop_can_be_pickled() -> None:
    with tracewire.testing.recording(guards=Guards(budget=Budget(steps=1), warn_at=1)):
        with tracewire.span("search", kind="tool"):
            pass
        with pytest.raises(BudgetExceeded) as stopped, tracewire.span("search", kind="tool"):
            pass
    copy = pickle.loads(pickle.dumps(stopped.value))
    assert (type(copy), copy.verdict, str(copy)) == (BudgetExceeded, stopped.value.verdict, str(stopped.value))


def test_a_tool_of_an_mcp_server_is_not_called() -> None:
    class Session:
        called = 0

        async def call_tool(self, name: str, arguments: Any = None, **options: Any) -> Any:
            self.called += 1
            return {"content": []}

    async def run(session: Session) -> None:
        await tracewire.mcp.call_tool(session, "search", {"query": "otters"})
        await tracewire.mcp.call_tool(session, "search", {"query": "otters"})

    session = Session()
    guards = Guards(loops=Loops(repeats=2))
    with tracewire.testing.recording(guards=guards), tracewire.span("run"), pytest.raises(LoopDetected):
        asyncio.run(run(session))
    assert session.called == 1


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_fork_child_has_a_budget_of_its_own(tmp_path: Path) -> None:
    script = """
import os, sys
import tracewire
tracewire.init(dir=sys.argv[1], guards={"budget": {"steps": 1}, "warn_at": 1})

def calls():
    done = 0
    try:
        while True:
            with tracewire.span("search", kind="tool", input=done):
                done += 1
    except tracewire.BudgetExceeded:
        return done

before = calls()
pid = os.fork()
if pid == 0:
    os._exit(10 + calls())
print(before, os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), calls())
"""
    ran = subprocess.run([sys.executable, "-c", script, tmp_path], capture_output=True, text=True, check=True)
    assert ran.stdout.split() == ["1", "11", "0"], ran.stderr

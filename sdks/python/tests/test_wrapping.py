"""Steps and sessions as decorators."""

import asyncio

import pytest

import tracewire
from tracewire import testing


def test_a_step_decorates_a_function() -> None:
    @tracewire.span("look up", kind="retrieval", attributes={"index": "otters"})
    def look_up(query: str) -> list[str]:
        """Find."""
        return [query]

    with testing.recording() as recorded:
        assert [look_up("a"), look_up("b")] == [["a"], ["b"]]
    assert look_up.__doc__ == "Find."
    assert [(s["name"], s["kind"], s["attributes"], s["output"], s["status"]) for s in recorded.spans()] == [
        ("look up", "retrieval", {"index": "otters"}, ["a"], "ok"),
        ("look up", "retrieval", {"index": "otters"}, ["b"], "ok"),
    ]


def test_a_step_decorates_a_coroutine_function_and_lets_errors_through() -> None:
    @tracewire.span("fails")
    async def fails() -> None:
        raise ValueError("no")

    with testing.recording() as recorded, pytest.raises(ValueError, match="no"):
        asyncio.run(fails())
    assert [(s["name"], s["status"]) for s in recorded.spans()] == [("fails", "error")]


def test_a_session_decorates_bare_and_with_arguments() -> None:
    @tracewire.session
    def run() -> int:
        with tracewire.span("inside"):
            return 1

    @tracewire.session(agent_id="researcher", session_id="chat-7")
    def other() -> None: ...

    with testing.recording() as recorded:
        assert run() == 1
        assert other() is None
    first, inside, second = recorded.spans()
    assert (first["name"], first["kind"], first["output"]) == ("run", "agent", 1)
    assert inside["parent_id"] == first["span_id"]
    assert (second["name"], second["session_id"], second["attributes"]) == (
        "researcher",
        "chat-7",
        {"gen_ai.agent.id": "researcher"},
    )


def test_what_cannot_be_wrapped_stays_as_it_is() -> None:
    def numbers() -> object:
        yield 1

    with testing.recording():
        assert tracewire.span("a")(numbers) is numbers
        assert tracewire.flush().errors["cannot_decorate"] >= 1


@pytest.mark.parametrize("name", ["task", "plan", "evaluator"])
def test_every_kind_that_wraps_a_call_has_a_decorator(name: str) -> None:
    @getattr(tracewire, name)  # type: ignore[untyped-decorator]
    def run() -> None: ...

    with testing.recording() as recorded:
        run()
    assert [s["kind"] for s in recorded.spans()] == [name]

"""Events of MCP, A2A and AP2, by the names that other tools have for them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import tracewire
from tracewire import Client, _events, _registry, a2a, ap2, mcp
from tracewire.testing import Recording


@pytest.fixture
def client(tmp_path: Path) -> Iterator[Client]:
    with Client(dir=tmp_path) as client:
        yield client


def bodies(recorded: Recording) -> list[dict[str, Any]]:
    return [event["body"] for event in recorded.events()]


BY_OTHER_NAMES = {"log_tool_called": "log_tool_call", "log_tool_completed": "log_tool_result"}


@pytest.mark.parametrize("name", [*_events.ALIASES, *(value for key, value in vars(_registry).items() if key[:6] == "EVENT_")])
def test_each_event_of_the_registry_has_its_method(name: Any, client: Client) -> None:
    if not isinstance(name, str):
        pytest.skip("the table of aliases")
    protocol, _, rest = name.partition(".")
    protocol = "ap2" if protocol == "tracewire" else protocol
    method = f"log_{rest.replace('.', '_')}"
    method = BY_OTHER_NAMES.get(method, method)
    module = {"mcp": mcp, "a2a": a2a, "ap2": ap2}[protocol]
    assert callable(getattr(module, method))
    assert callable(getattr(getattr(client, protocol), method))
    assert method in module.__all__


def test_a_tool_call_and_its_result(recorded: Recording) -> None:
    call = mcp.log_tool_call("researcher", "search", {"query": "otters"}, request_id="7", correlation_id="order-17")
    mcp.log_tool_result("researcher", "search", ["Lutra lutra"], 52, parent_id=call)
    mcp.log_tool_error("researcher", "search", "TIMEOUT", "too slow", parent_id=call, attributes={"a": 1})
    first, second, third = recorded.events()
    assert second["parent_id"] == third["parent_id"] == first["span_id"]
    assert first["body"] == {
        "name": "mcp.request",
        "correlation_id": "order-17",
        "attributes": {
            "gen_ai.agent.id": "researcher",
            "gen_ai.tool.name": "search",
            "jsonrpc.request.id": "7",
            "mcp.method.name": "tools/call",
            "tracewire.protocol.direction": "sent",
        },
        "data": {"name": "search", "arguments": {"query": "otters"}},
    }
    assert second["body"]["name"] == third["body"]["name"] == "mcp.response"
    assert second["body"]["data"] == ["Lutra lutra"]
    assert second["body"]["attributes"] == {
        "gen_ai.agent.id": "researcher",
        "gen_ai.tool.name": "search",
        "mcp.method.name": "tools/call",
        "tracewire.protocol.direction": "received",
        "duration_ms": 52,
    }
    assert third["body"]["data"] == {"code": "TIMEOUT", "message": "too slow"}
    assert (third["body"]["attributes"]["error.type"], third["body"]["attributes"]["a"]) == ("TIMEOUT", 1)


def test_sampling_and_resources(recorded: Recording) -> None:
    request = mcp.log_sampling_request("a", model="m", prompt="why?", temperature=0.7)
    mcp.log_sampling_response(
        "a", model="m", response="because", parent_id=request, token_usage={"prompt_tokens": 3, "completion_tokens": 4}
    )
    mcp.log_resource_accessed("a", "file:///x", access_type="read")
    mcp.log_resource_read("a", resource_uri="file:///x")
    asked, answered, accessed, read = bodies(recorded)
    assert asked["data"] == {"prompt": "why?", "model": "m", "temperature": 0.7}
    assert asked["attributes"]["mcp.method.name"] == "sampling/createMessage"
    assert asked["attributes"]["gen_ai.request.model"] == "m"
    assert answered["data"]["response"] == "because"
    assert answered["attributes"]["gen_ai.usage.output_tokens"] == 4
    assert accessed == read
    assert read["attributes"] == {
        "gen_ai.agent.id": "a",
        "mcp.method.name": "resources/read",
        "mcp.resource.uri": "file:///x",
        "tracewire.protocol.direction": "sent",
    }


def test_an_observed_tool_by_other_names(client: Client, tmp_path: Path, recorded: Recording) -> None:
    @client.mcp.observe_tool(agent_id="researcher", correlation_id="order-17", capture_params=False)
    def search(query: str) -> str:
        return query

    @mcp.observe_tool(agent_id="a", capture_result=False)
    async def later(query: str) -> str:
        return query

    search("x")
    asyncio.run(later("y"))
    (own,) = Recording(tmp_path).spans()
    assert own["correlation_id"] == "order-17"
    assert own["attributes"] == {
        "gen_ai.agent.id": "researcher",
        "gen_ai.operation.name": "execute_tool",
        "gen_ai.tool.name": "search",
        "mcp.method.name": "tools/call",
    }
    assert ("input" in own, own["output"]) == (False, "x")
    (default,) = recorded.spans()
    assert (default["input"], "output" in default) == ({"query": "y"}, False)


def test_a_tool_execution(client: Client, tmp_path: Path) -> None:
    with client.mcp.tool_execution("researcher", "search", {"q": 1}, correlation_id="order-17") as execution:
        execution.set_result([1])
    with client.mcp.tool_execution(agent_id="researcher", tool_name="fails") as execution:
        execution.set_error("TIMEOUT", "too slow")

    def fail() -> None:
        with client.mcp.tool_execution("researcher", "raises"):
            raise KeyError("x")

    with pytest.raises(KeyError):
        fail()
    done, failed, raised = Recording(tmp_path).spans()
    assert (done["kind"], done["name"], done["input"], done["output"]) == ("tool", "search", {"q": 1}, [1])
    assert (done["correlation_id"], done["attributes"]["gen_ai.agent.id"]) == ("order-17", "researcher")
    assert (failed["status"], failed["status_message"], failed["attributes"]["error.type"]) == ("error", "too slow", "TIMEOUT")
    assert (raised["status"], raised["exception"]["type"]) == ("error", "KeyError")


def test_tasks_and_messages_of_agents(recorded: Recording) -> None:
    with tracewire.session("orchestrator") as session:
        a2a.log_task_assigned("orchestrator", task_id="t1", assigned_to="worker", task_data={"action": "x"}, context_id="c")
        a2a.log_task_failed(agent_id="worker", task_id="t1", error_code="BAD", error_message="row 523")
        a2a.log_message_sent("a", recipient="b", message={"type": "query"})
        a2a.log_request(method="GetTask", task_id="t1", data={"id": "t1"})
        a2a.log_agent_registered(agent_name="worker", agent_url="https://worker", data={"name": "worker"})
    assigned, failed, sent, request, card = [event for event in recorded.events() if event["type"] == "event"]
    assert assigned["body"] == {
        "name": "a2a.task.status",
        "attributes": {
            "a2a.task.id": "t1",
            "a2a.task.state": "TASK_STATE_SUBMITTED",
            "gen_ai.agent.id": "orchestrator",
            "gen_ai.conversation.id": "c",
            "tracewire.a2a.context.id": "c",
        },
        "data": {"assigned_to": "worker", "task_data": {"action": "x"}},
    }
    assert failed["body"]["attributes"] == {
        "a2a.task.id": "t1",
        "a2a.task.state": "TASK_STATE_FAILED",
        "error.type": "BAD",
        "gen_ai.agent.id": "worker",
    }
    assert failed["body"]["data"] == {"error_code": "BAD", "error_message": "row 523"}
    assert sent["body"]["attributes"]["tracewire.protocol.direction"] == "sent"
    assert sent["body"]["data"] == {"recipient": "b", "message": {"type": "query"}}
    assert request["body"]["attributes"] == {
        "a2a.method.name": "GetTask",
        "a2a.task.id": "t1",
        "tracewire.protocol.direction": "sent",
    }
    assert card["body"]["name"] == "a2a.agent_card"
    assert {event["parent_id"] for event in (assigned, failed, sent, request, card)} == {session.span_id}


def test_payments(recorded: Recording) -> None:
    ap2.log_payment_initiated("a", payment_id="p1", amount=10.5, currency="USD", recipient="shop")
    ap2.log_payment_completed("a", payment_id="p1", transaction_id="txn")
    ap2.log_payment_failed("a", payment_id="p1", error_code="INSUFFICIENT_FUNDS", error_message="too low")
    ap2.log_cost_incurred("a", cost_amount=0.15, currency="USD", resource_type="llm_api")
    ap2.log_payment_mandate_signed(vct="mandate.payment.1", mandate_hash="sha256:00", amount="ten")
    started, done, failed, cost, signed = bodies(recorded)
    assert (started["name"], started["data"]) == ("ap2.payment_mandate.presented", {"recipient": "shop"})
    assert started["attributes"] == {
        "gen_ai.agent.id": "a",
        "tracewire.amount.currency": "USD",
        "tracewire.amount.value": "10.5",
        "tracewire.ap2.payment.id": "p1",
    }
    assert done["attributes"]["tracewire.ap2.receipt.status"] == "Success"
    assert failed["attributes"]["error.type"] == "INSUFFICIENT_FUNDS"
    assert failed["attributes"]["tracewire.ap2.receipt.status"] == "Error"
    assert (cost["name"], cost["attributes"]["tracewire.amount.value"]) == ("tracewire.cost", "0.15")
    assert signed["attributes"] == {"tracewire.ap2.mandate.hash": "sha256:00", "tracewire.ap2.vct": "mandate.payment.1"}
    assert tracewire.flush().errors == {"invalid_amount": 1}


def test_an_id_kept_as_text_belongs_to_the_current_trace(recorded: Recording) -> None:
    with tracewire.span("s") as s:
        call = mcp.log_tool_call("a", "search")
        mcp.log_tool_result("a", "search", 1, parent_id=str(call))
    mcp.log_tool_result("a", "search", 1, parent_id=None)
    first, second, third = [event for event in recorded.events() if event["type"] == "event"]
    assert (second["parent_id"], second["trace_id"]) == (first["span_id"], s.trace_id)
    assert "parent_id" not in third

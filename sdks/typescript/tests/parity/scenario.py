"""What the SDK for Python records of a program, for `parity.test.ts`: `python scenario.py > events.jsonl`."""

import json

import tracewire
from tracewire import a2a, ap2, mcp
from tracewire.testing import recording


@tracewire.tool
def find(query, limit):
    return [query] * limit


@tracewire.agent
class Shopper:
    def buy(self, what):
        return what


@tracewire.operation(name="parse", attributes={"a": 1})
def parse():
    return None


@tracewire.llm
def words():
    yield "a"
    yield {"n": 1}
    yield "b"


def run_session():
    with tracewire.session(
        agent_id="researcher", session_id="chat-7", user_id="u", tags=["x"], input="why?", environment="test"
    ) as run:
        with run.agent_step("plan", {"a": 1}) as plan:
            plan.set_output(["search"])
        with run.tool_call("search", input={"query": "otters"}) as call:
            call.set_output(["Lutra"])
            with run.llm_call("chat", {"gen_ai.request.model": "m"}) as llm:
                llm.usage(input_tokens=3, output_tokens=2)
                llm.cost("0.0123", "EUR", input="0.01")
        with run.stream("voice", {"codec": "opus"}, input="go") as stream:
            stream.event("chunk", {"seq": 1})
            stream.event("note", {"x": 2})
            stream.chunk("text")
        points()
        protocols()


def points():
    first = tracewire.event("cart", {"items": 3}, data={"sku": "17"}, kind="payment")
    tracewire.event("caused", parent=first, session_id="s2")
    tracewire.log("line", "warn", {"attempt": 2}, logger="app")
    tracewire.metric("latency", [12, 100, 340.5], "histogram", unit="ms", buckets=[500, 100])
    tracewire.metric("n", 1, "counter", attributes={"m": "x"})
    tracewire.feedback(score=0.5, name="helpful", comment="so", feedback_id="f1")
    tracewire.feedback(True, target="1" * 32, feedback_id="f2", supersedes="f1", source="model")


def protocols():
    call = mcp.log_tool_call("r", "search", {"query": "o"}, request_id="7")
    mcp.log_tool_result("r", "search", ["L"], 52, parent_id=call)
    mcp.log_tool_error("r", "search", "TIMEOUT", "slow", parent_id=call, attributes={"a": 1})
    mcp.log_sampling_request("r", "why?", "m")
    mcp.log_sampling_response("r", "because", "m", token_usage={"prompt_tokens": 3, "completion_tokens": 4})
    mcp.log_resource_accessed("r", "file:///x", "subscribe")
    mcp.log_notification("r", method="notifications/progress", data={"p": 1})
    a2a.log_task_assigned("o", task_id="t", context_id="c", data={"assigned_to": "w"})
    a2a.log_task_failed("w", task_id="t", error_code="BAD", data={"m": 1})
    a2a.log_message_sent("w", message_id="m1", reference_task_ids=["t"], server_port=80)
    ap2.log_payment_initiated("a", payment_id="p", amount=10.5, currency="USD", data={"r": 1})
    ap2.log_payment_failed("a", payment_id="p", error_code=5)
    ap2.log_cost_incurred("a", cost_amount=0.1, currency="USD")
    tracewire.log_event(
        {
            "event_type": "mcp.tool.called",
            "agent_id": "a",
            "data": {"tool_name": "s", "p": {"q": 1}},
            "meta": {"a": [1]},
            "sev": "x",
        }
    )
    tracewire.log_event(
        {"event_type": "ap2.payment.failed", "agent_id": "a", "error": {"code": "X"}, "dur": 1.5, "data": [1]}
    )


def main():
    with recording() as recorded:
        run_session()
        with tracewire.trace("order-17"):
            tracewire.event("b")
            tracewire.log("c")
            tracewire.metric("d", 1)
            tracewire.feedback("good", feedback_id="f3")
        find("q", 2)
        Shopper().buy("x")
        parse()
        list(words())
        for _ in words():
            break
        with mcp.tool_execution("r", "exec", {"q": 1}, correlation_id="order-17") as execution:
            execution.set_result([1])
        for event in recorded.events():
            # How often a clock is read is each SDK's own business.
            del event["time"]
            event.pop("duration_nanos", None)
            event.get("body", {}).pop("time_to_first_chunk_nanos", None)
            print(json.dumps(event, sort_keys=True, ensure_ascii=False))


if __name__ == "__main__":
    main()

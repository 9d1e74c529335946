"""An agent that does what it is told, a line of JSON for each, and answers with the trace's id: the tests tell it.

python agent.py SERVICE
"""

from __future__ import annotations

import json
import logging
import sys
from contextlib import ExitStack
from typing import Any

import tracewire
import tracewire.logs

SYSTEM = {"role": "system", "content": "Answer from the library, and name your source."}
MODEL = {"gen_ai.operation.name": "chat", "gen_ai.provider.name": "openai"}
PAGE = "The sea otter has the densest coat of all mammals."

log = logging.getLogger("agent")


def research(
    question: str, session: str | None = None, model: str = "gpt-5-mini", checked: bool = True, failing: bool = False
) -> str:
    """Plan, search, read after a rate limit, write, check."""
    messages = [SYSTEM, {"role": "user", "content": question}]
    asks = {
        "role": "assistant",
        "content": "I will search.",
        "tool_calls": [
            {"id": "call_1", "type": "function", "function": {"name": "search", "arguments": '{"query": "otters"}'}}
        ],
    }
    with tracewire.span("research", kind="agent", input=question, session_id=session, user_id="u-1") as run:
        with tracewire.span("plan", kind="llm", input=messages) as step:
            step.set_attributes({**MODEL, "gen_ai.request.model": "gpt-5-mini"})
            step.usage(input_tokens=1200, output_tokens=300, cache_read_input_tokens=200)
            step.set_output(asks)
        found = [{"page": "sea-otter", "score": 0.92}, {"page": "kelp", "score": 0.41}]
        with tracewire.span("search", kind="tool", input={"query": "otters", "limit": 2}) as step:
            with tracewire.span("vector search", kind="retrieval", input="otters") as inner:
                inner.set_output(found)
            step.set_output(found)
        try:
            with tracewire.span("fetch_page", kind="tool", input={"page": "sea-otter"}):
                raise RuntimeError("429: rate limit exceeded, retry after 50 ms")
        except RuntimeError:
            log.warning("the library is busy, reading again")
        with tracewire.span("fetch_page", kind="tool", input={"page": "sea-otter"}) as step:
            step.set_output(PAGE)
        with tracewire.span("writer", kind="agent", input={"facts": 2}) as step:
            turn = [*messages, asks, {"role": "tool", "tool_call_id": "call_1", "content": json.dumps(found)}]
            with tracewire.span("draft", kind="llm", input=turn) as call:
                call.set_attributes({**MODEL, "gen_ai.request.model": model})
                call.usage(input_tokens=2000, output_tokens=100)
                call.set_output({"role": "assistant", "content": PAGE})
            if checked:
                with tracewire.span("check claims", kind="guardrail", input=PAGE) as guard:
                    guard.set_output({"passed": True})
            step.set_output(PAGE)
        if failing:
            raise TimeoutError("the library does not answer")
        run.set_output(PAGE)
        return str(run.trace_id)


def tool(name: str) -> str:
    """One call of a tool."""
    with tracewire.span(name, kind="tool", input={"query": name}) as step:
        step.set_output("found")
        return str(step.trace_id)


def judge(trace_id: str, value: bool = True, name: str = "helpful", comment: str | None = None) -> str:
    """What somebody thinks of a trace."""
    tracewire.feedback(value, name=name, target=trace_id, source="human", comment=comment)
    return trace_id


def hostile(texts: list[str]) -> str:
    """Each text in every place that the SDK has for one."""
    with tracewire.span(texts[0], kind="agent", input=texts[1], session_id=texts[3], user_id=texts[4], tags=texts[:6]) as run:
        for text in texts:
            with tracewire.span(text, kind="tool", input={text: text}) as step:
                step.set_attributes({text[:200]: text, "nested": {text[:50]: [text]}})
                step.event(text, {text[:40]: text})
                log.warning("%s", text)
                step.set_output(text)
            with tracewire.span("chat", kind="llm", input=[{"role": text[:30], "content": text}]) as step:
                step.set_attributes({"gen_ai.request.model": text[:60], "gen_ai.provider.name": text[:60]})
                step.set_output({"role": "assistant", "content": [{"type": "image_url", "image_url": {"url": text}}]})
            try:
                with tracewire.span("raise", kind="step"):
                    raise ValueError(text)
            except ValueError:
                pass
        run.set_output(texts[2])
        return str(run.trace_id)


def main(service: str) -> None:
    """Listen."""
    tracewire.init(service=service)
    logging.basicConfig(level=logging.INFO, handlers=[tracewire.logs.TracewireHandler()])
    under_way = ExitStack()
    for line in sys.stdin:
        told: dict[str, Any] = json.loads(line)
        what = told.pop("do")
        answer = ""
        if what == "begin":
            answer = str(under_way.enter_context(tracewire.span(told["name"], kind="agent", input=told.get("input"))).trace_id)
        elif what == "end":
            under_way.close()
        elif what == "tool":
            answer = tool(**told)
        elif what == "judge":
            answer = judge(**told)
        elif what == "hostile":
            answer = hostile(**told)
        elif told.get("failing"):
            try:
                research(**told)
            except TimeoutError:
                answer = "failed"
        else:
            answer = research(**told)
        print(answer, flush=True)


if __name__ == "__main__":
    main(sys.argv[1])

"""A runaway agent: its model never has enough, and the budget of its session stops it before the next call is paid for.

Run it:  pip install tracewire && python runaway.py"""

from __future__ import annotations

import tracewire
from tracewire import Budget, BudgetExceeded, Guards, Loops, Rate, Verdict


def near(verdict: Verdict) -> None:
    print("warning:", verdict.message)


tracewire.init(
    service="runaway",
    guards=Guards(
        budget=Budget(money="0.05", steps=100, wall="10m"),
        loops=Loops(repeats=10),
        rates={"scripted-*": Rate(input="2.50", output="10.00")},
        on_warning=near,
    ),
)


@tracewire.llm(attributes={"gen_ai.request.model": "scripted-1", "gen_ai.request.max_tokens": 500})
def ask(messages: list[str]) -> str:
    """Stands in for a model: whatever it has read, it wants another page."""
    if step := tracewire.current_span():
        step.usage(input_tokens=sum(len(message) for message in messages) // 4, output_tokens=200)
    return f"page {len(messages)} about otters"


@tracewire.tool
def search(wanted: str) -> str:
    return f"{wanted}: " + "otters sleep afloat, wrapped in kelp. " * 60


def research(question: str) -> str:
    messages = [question]
    while True:
        messages.append(search(ask(messages)))


try:
    with tracewire.session(agent_id="researcher", session_id="chat-7"):
        research("Where do otters sleep?")
except BudgetExceeded as stop:
    print("stopped:", stop)
    print("used:", stop.verdict.used, "of", stop.verdict.limit, "USD")

for row in tracewire.query(session_id="chat-7", attributes={"tracewire.guard.decision": "stop"}):
    print("recorded:", row.attributes["tracewire.guard.message"])
if trace := tracewire.get_trace(session_id="chat-7"):
    print(trace.tree())

"""Agent Observatory's examples with tracewire: a session with steps, tool and model calls and a stream, in inline mode.

Run it:  pip install tracewire && python from_agent_observatory.py   (see also observatory.jsonl and documents/)"""

import sys

import tracewire
from tracewire.exporters import ConsoleExporter, Exporter, FileExporter, JsonExporter


class Failing(Exporter):
    """An exporter that always fails harms neither the agent nor the other exporters."""

    def export(self, batch: object) -> None:
        raise ConnectionError("nobody there")


# Inline: when a run ends, everybody has got it. A server says mode="background" and changes nothing else.
tracewire.init(
    service="voice-agent",
    mode="inline",
    environment="dev",
    exporters=[ConsoleExporter(sys.stdout), FileExporter("observatory.jsonl"), JsonExporter("documents"), Failing()],
)


@tracewire.step("process_data")
def process_data(text: str) -> str:
    return transform(text)


@tracewire.tool("transform")
def transform(text: str) -> str:
    return text.upper()


with tracewire.session(agent_id="demo-agent", session_id="demo-1", user_id="developer") as session:
    with session.agent_step("plan"), session.llm_call("decide", {"gen_ai.request.model": "scripted-1"}) as call:
        call.usage(input_tokens=12, output_tokens=3)
    with session.agent_step("work") as work:
        result = process_data("hello world")
        with session.tool_call("validate"):
            work.event("validation", {"ok": result == "HELLO WORLD"})
    with session.stream("audio", {"codec": "opus", "sample_rate": 48_000}) as stream:
        for number in range(1_000):
            stream.event("audio.chunk", {"seq": number, "bytes": 4_096})

report = tracewire.flush(timeout=0)
print("sent:", {name: count["sent"] for name, count in sorted(report.exporters.items())})

"""AgentOps' quick start with tracewire: a session, an agent class with operations, a tool with its cost, a recorded event.

Run it:  pip install tracewire && python from_agentops.py"""

import tracewire

tracewire.init(service="research", session_id="ai-in-healthcare")


@tracewire.tool("AdvancedSearch")
def search(query: str) -> list[str]:
    if step := tracewire.current_span():
        step.cost("0.02", "USD")
    return [f"{query}: a review", f"{query}: a trial"]


@tracewire.agent("ResearchSpecialist")
class Researcher:
    def __init__(self, name: str) -> None:
        self.name = name

    def report(self, topic: str) -> str:
        return self.sum_up(self.gather(topic))

    @tracewire.operation
    def gather(self, topic: str) -> list[str]:
        return search(topic)

    @tracewire.operation("sum up")
    def sum_up(self, papers: list[str]) -> str:
        return f"{self.name} read {len(papers)} papers"


@tracewire.workflow("full research")
def research(topic: str) -> str:
    report = Researcher("Ada").report(topic)
    tracewire.event("report.generated", {"length": len(report)}, data=report)
    return report


print(research("AI in healthcare"))
if trace := tracewire.get_trace(session_id="ai-in-healthcare"):
    print(trace.tree())

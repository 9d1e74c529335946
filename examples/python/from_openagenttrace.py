"""OpenAgentTrace's guide with tracewire: a run, decorated model, tool and retrieval calls, artifacts, feedback, two services.

Run it:  pip install tracewire && python from_openagenttrace.py"""

import asyncio

import tracewire

tracewire.init(service="librarian")


@tracewire.retrieval("find", attributes={"collection": "animals"})
def find(question: str) -> str:
    return "The sea otter eats a quarter of its weight each day."


@tracewire.tool
def count_words(text: str) -> int:
    return len(text.split())


@tracewire.llm("summarise", attributes={"gen_ai.request.model": "scripted-1"})
async def summarise(text: str) -> str:
    if step := tracewire.current_span():
        step.usage(input_tokens=count_words(text), output_tokens=3)
    return "About 25 %."


@tracewire.trace("answer", kind="chain", capture_output=False)
async def answer(question: str) -> dict[str, str]:
    text = find(question)
    with tracewire.span("draw", kind="file_io") as step:
        step.set_output({"caption": text, "page.png": b"\x89PNG\r\n\x1a\n"})  # What is long is kept once, by its hash.
    request = tracewire.inject({"accept": "text/plain"})
    archive(request)
    return {"answer": await summarise(text), **request}


def archive(headers: dict[str, str]) -> None:
    """Another service, which gets the headers of the request."""
    with tracewire.attach(tracewire.extract(headers)), tracewire.span("archive", kind="database"):
        pass


run = tracewire.span("librarian", kind="agent", input="How much does a sea otter eat?").start()
with tracewire.attach(run.context):
    run.set_output(asyncio.run(answer("How much does a sea otter eat?"))["answer"])
run.end()
tracewire.feedback(score=1, name="helpful", target=run, comment="short and right")
if trace := tracewire.get_trace(run.trace_id):
    print(trace.tree())

"""LangChain: observed tools, and a chain of a prompt, a fake chat model and a tool, as steps without a callback handler.

Run it:  pip install tracewire langchain-core && python langchain_tools.py"""

from __future__ import annotations

from langchain_core.language_models import GenericFakeChatModel, LanguageModelInput
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.prompts import ChatPromptTemplate
from langchain_core.runnables import RunnableLambda
from langchain_core.tools import tool

import tracewire

tracewire.init(service="langchain-tools")

CALL = {"name": "multiply", "args": {"a": 6, "b": 7}, "id": "call-1"}
model = GenericFakeChatModel(messages=iter([AIMessage("", tool_calls=[CALL]), AIMessage("It is 42.")]))


@tool
@tracewire.tool
def multiply(a: int, b: int) -> int:
    """Multiply two numbers."""
    return a * b


@tracewire.llm("scripted-1")
def ask(said: LanguageModelInput) -> AIMessage:
    return model.invoke(said)


@tracewire.step
def run_tools(answer: AIMessage) -> list[BaseMessage]:
    return [answer, *(multiply.invoke(call) for call in answer.tool_calls)]


prompt = ChatPromptTemplate.from_messages([("system", "Calculate."), ("user", "{question}")])
chain = prompt | RunnableLambda(ask) | RunnableLambda(run_tools) | RunnableLambda(ask)

with tracewire.session(agent_id="calculator", session_id="sums") as run:
    print(chain.invoke({"question": "What is 6 times 7?"}).content)
if trace := tracewire.get_trace(run.trace_id):
    print(trace.tree())

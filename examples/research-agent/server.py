"""The agent's tools: an MCP server over standard input and output, with a library of four short pages.

Each tool is one function. `observe_tool` makes its calls steps below the client's step, in the client's trace.
"""

from __future__ import annotations

import ast
import operator
import os
import re
from pathlib import Path

from mcp.server import MCPServer
from mcp.server.mcpserver.exceptions import ToolError

import tracewire

tracewire.init(service="library")
server = MCPServer("library", log_level="ERROR")

PAGES = {path.stem: path.read_text(encoding="utf-8") for path in sorted(Path(__file__).parent.glob("corpus/*.md"))}
OPERATORS = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv}
visits: dict[str, int] = {}


def words(text: str) -> set[str]:
    return {word for word in re.findall(r"[a-z]+", text.lower()) if len(word) > 2}


@server.tool()
@tracewire.observe_tool
def search(query: str, limit: int = 2) -> list[dict[str, str | int]]:
    """Find the pages that share the most words with a query; words of the title count double."""
    asked = words(query)
    scores = {page: len(asked & words(text)) + len(asked & words(text.splitlines()[0])) for page, text in PAGES.items()}
    best = sorted(scores, key=lambda page: (-scores[page], page))[:limit]
    return [{"page": page, "title": PAGES[page].splitlines()[0].lstrip("# "), "score": scores[page]} for page in best]


@server.tool()
@tracewire.observe_tool
def fetch_page(page: str) -> str:
    """Read a page of the library."""
    if os.environ.get("RESEARCH_LIBRARY_CLOSED"):
        # For the demonstration: an agent that cannot do its work.
        raise ToolError("503: the library is closed")
    if page not in PAGES:
        raise ToolError(f"404: there is no page {page!r}")
    visits[page] = visits.get(page, 0) + 1
    if visits[page] == 1 and page == "sea-otter":
        # The popular page is rate limited, so that the agent has something to deal with.
        raise ToolError("429: rate limit exceeded, retry after 50 ms")
    return PAGES[page]


@server.tool()
@tracewire.observe_tool
def calculate(expression: str) -> float:
    """Work out an expression of numbers, + - * / and brackets."""

    def value(node: ast.expr) -> float:
        match node:
            case ast.Constant(value=int() | float() as number):
                return float(number)
            case ast.BinOp(left=left, op=op, right=right) if type(op) in OPERATORS:
                return float(OPERATORS[type(op)](value(left), value(right)))
        raise ToolError(f"400: not an expression of numbers: {expression}")

    return value(ast.parse(expression, mode="eval").body)


@server.tool()
@tracewire.observe_tool
def check_citation(page: str, quote: str) -> bool:
    """Whether a page says something, word for word."""
    return " ".join(quote.split()) in " ".join(PAGES.get(page, "").split())


if __name__ == "__main__":
    server.run("stdio")

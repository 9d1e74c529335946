import type { Json } from "../src/api/types.ts";
import { Builder, type Made } from "./build.ts";

/**
 * An agent that goes round: it asks the same again and again, reads a page that never answers, and has a colleague who waits.
 * `mended` is the same run after a change: it takes the first nothing for an answer.
 */
export function looping(start: number, mended = false): Made {
  const b = new Builder(77);
  const query = { query: "sea otters census 2026", limit: 3 };
  const nothing: Json = [];
  const question = "How many sea otters were counted this year?";
  const messages: Json[] = [
    { role: "system", content: "Answer only from what you have found." },
    { role: "user", content: question },
  ];
  b.span(
    "agent",
    "fact-finder",
    { attributes: { "gen_ai.agent.name": "fact-finder" }, body: { input: question, session_id: "chat-7" } },
    (root) => {
      const asks = { role: "assistant", content: "I will look again." };
      for (let round = 0; round < (mended ? 1 : 7); round++) {
        b.llm(
          "think",
          "claude-sonnet-4-5",
          [...messages],
          asks,
          2_400 + round * 900,
          round === 0 ? 0 : 1_500 + round * 900,
        );
        b.span("tool", "search", { body: { input: query, output: nothing } }, () => {
          b.wait(4e6);
          b.span("retrieval", "vector search", { body: { input: query, output: nothing } }, () =>
            b.wait(b.random.tail(210e6)),
          );
          b.wait(2e6);
        });
        messages.push(asks, { role: "tool", content: "[]" });
      }
      b.log("warning", `nothing found after ${mended ? "a search" : "seven searches"}`);
      for (let attempt = 0; attempt < (mended ? 1 : 4); attempt++) {
        b.tool("fetch_page", { url: "https://library.example/census" }, null, 340e6, {
          body: { input: { url: "https://library.example/census" } },
          status: "error",
          failed: true,
          failure: "503 service unavailable",
        });
        b.wait(120e6);
      }
      b.span("agent", "checker", { attributes: { "gen_ai.agent.name": "checker" }, body: { input: "census" } }, () => {
        for (const left of [41, 18, 0]) {
          b.tool("status", { job: "recount" }, { left }, 60e6);
          b.llm(
            `wait until ${left}`,
            "gpt-5-mini",
            [{ role: "user", content: `${left} left` }],
            { role: "assistant", content: left > 0 ? "Not yet." : "Done." },
            420,
            0,
          );
        }
      });
      root.body = { ...root.body, output: "2,962, by the recount." };
    },
  );
  return {
    id: "",
    start,
    service: "research",
    session: "chat-7",
    agent: "fact-finder",
    model: "claude-sonnet-4-5",
    nodes: b.nodes,
  };
}

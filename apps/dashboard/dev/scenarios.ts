import type { Json } from "../src/api/types.ts";
import { Builder, type Made } from "./build.ts";
import { PICTURE, QUESTIONS, SNIPPETS, TOPICS } from "./texts.ts";

const SYSTEM =
  "You are a careful research assistant. Search before you answer, read what you cite, and say where each fact comes from. Answer in at most three sentences.";

/** A research agent: plans, searches over MCP, reads pages, hands over to a writer. */
export function research(seed: number, start: number): Made {
  const b = new Builder(seed);
  const { random } = b;
  const topic = random.pick(TOPICS);
  const question = random.pick(QUESTIONS).replace("%", topic);
  const model = random.pick(["gpt-5", "gpt-5", "claude-sonnet-4-5"]);
  const failing = random.chance(0.16);
  const messages: Json[] = [
    { role: "system", content: SYSTEM },
    { role: "user", content: question },
  ];
  const session = `chat-${1 + (seed % 37)}`;
  let tokens = random.int(900, 1600);
  b.span(
    "agent",
    "research-agent",
    {
      attributes: { "gen_ai.agent.name": "research-agent", "gen_ai.agent.version": "4.2.0" },
      body: { input: question, session_id: session, user_id: `user-${seed % 12}`, tags: ["web", "beta"] },
    },
    (root) => {
      b.wait(4e6);
      const turns = random.int(2, 4);
      for (let turn = 0; turn < turns; turn++) {
        const id = `call_${random.hex(8)}`;
        const query = `${topic} ${random.pick(["facts", "habitat", "diet per day", "population 2026", "sources"])}`;
        const asks = {
          role: "assistant",
          content: turn === 0 ? `I will look for ${topic}.` : null,
          tool_calls: [
            { id, type: "function", function: { name: "search", arguments: JSON.stringify({ query, limit: 3 }) } },
          ],
        };
        b.llm(
          turn === 0 ? "plan" : "decide",
          turn === 0 ? "gpt-5-mini" : model,
          [...messages],
          asks,
          tokens,
          turn === 0 ? 0 : Math.round(tokens * 0.7),
        );
        messages.push(asks);
        const found = SNIPPETS.slice(0, random.int(1, 3)).map((snippet, place) => ({
          title: `${topic}, part ${place + 1}`,
          url: `https://library.example/${topic.replaceAll(" ", "-")}/${place}`,
          snippet: snippet.replaceAll("%", topic),
        }));
        b.wait(2e6);
        b.span(
          "tool",
          "search",
          {
            attributes: { "gen_ai.tool.name": "search", "gen_ai.tool.call.id": id },
            body: { input: { query, limit: 3 }, output: found },
          },
          () => {
            b.wait(3e6);
            b.span(
              "tool",
              "tools/call search",
              {
                producer: "library",
                attributes: { "mcp.method.name": "tools/call", "gen_ai.tool.name": "search" },
                body: { input: { query, limit: 3 }, output: found },
              },
              () => {
                b.event("mcp.tool.called", { tool: "search", limit: 3 });
                b.wait(2e6);
                b.span("cache", "lookup", { producer: "library", body: { input: query, output: null } }, () =>
                  b.wait(random.tail(1.1e6)),
                );
                b.span(
                  "retrieval",
                  "vector search",
                  {
                    producer: "library",
                    attributes: { "gen_ai.retrieval.top_k": 3, "db.system.name": "postgresql" },
                    body: { input: { query, top_k: 3 }, output: found },
                  },
                  () => b.wait(random.tail(260e6)),
                );
                b.wait(1e6);
              },
            );
            b.wait(2e6);
          },
        );
        messages.push({ role: "tool", tool_call_id: id, content: JSON.stringify(found) });
        tokens += random.int(400, 1800);
        const pages = found.map((one) => () => {
          const broken = failing && turn === turns - 1 && one === found[0];
          const read = b.tool(
            "fetch_page",
            { url: one.url },
            broken ? null : SNIPPETS.join(" ").replaceAll("%", topic),
            420e6,
            broken
              ? {
                  status: "error",
                  failed: true,
                  failure: "429 too many requests, retry after 30 s",
                  exceptions: [
                    {
                      time: "",
                      type: "RateLimitError",
                      message: "429 too many requests, retry after 30 s",
                      stacktrace:
                        'Traceback (most recent call last):\n  File "agent.py", line 41, in fetch_page\n    response.raise_for_status()\n  File "http.py", line 12, in raise_for_status\nRateLimitError: 429 too many requests, retry after 30 s',
                    },
                  ],
                }
              : {},
          );
          if (broken) {
            read.body = { input: { url: one.url }, status_message: "429 too many requests, retry after 30 s" };
          }
        });
        b.together(pages);
        if (failing && turn === turns - 1) {
          b.log("warning", "falling back to the cached copy", { "http.response.status_code": 429 });
        }
        b.wait(6e6);
      }
      b.span(
        "agent",
        "writer",
        { attributes: { "gen_ai.agent.name": "writer" }, body: { input: { facts: turns * 2 } } },
        (writer) => {
          const answer = `${SNIPPETS[0]} ${SNIPPETS[2]} [1]`.replaceAll("%", topic);
          b.llm(
            "draft",
            model,
            [
              { role: "system", content: "Write plainly. Cite." },
              { role: "user", content: `Write about ${topic} from these facts.` },
            ],
            { role: "assistant", content: answer },
            random.int(1800, 4200),
            1024,
          );
          b.span("guardrail", "check claims", { body: { input: answer, output: { passed: true, claims: 3 } } }, () =>
            b.wait(random.tail(38e6)),
          );
          writer.body = { input: { facts: turns * 2 }, output: answer };
          root.body = { ...root.body, output: answer };
        },
      );
      b.wait(3e6);
      const bad = failing && random.chance(0.5);
      if (bad) {
        root.status = "error";
        root.failed = true;
        root.failure = "gave up: no source could be read";
        root.body = { ...root.body, status_message: root.failure };
      }
    },
  );
  return { id: idOf(seed), start, service: "research", session, agent: "research-agent", model, nodes: b.nodes };
}

/** A support bot in a conversation: one trace for each turn. */
export function support(seed: number, start: number): Made {
  const b = new Builder(seed);
  const { random } = b;
  const model = random.pick(["claude-haiku-4-5", "claude-haiku-4-5", "gemini-2.5-flash", "house-model-7b"]);
  const order = `A-${random.int(1000, 9999)}`;
  const session = `support-${100 + (seed % 61)}`;
  const slow = random.chance(0.08);
  const ask = random
    .pick([
      "Where is my order %?",
      "I want to return order %.",
      "Order % came broken, see the photo.",
      "Can you change the address of %?",
    ])
    .replace("%", order);
  const photo = ask.includes("photo");
  const user: Json = photo
    ? {
        role: "user",
        content: [
          { type: "text", text: ask },
          { type: "image", source: { type: "base64", media_type: "image/png", data: PICTURE } },
        ],
      }
    : { role: "user", content: ask };
  b.span(
    "agent",
    "support",
    {
      attributes: { "gen_ai.agent.name": "support" },
      body: { input: ask, session_id: session, user_id: `customer-${seed % 40}` },
    },
    (root) => {
      const id = `toolu_${random.hex(10)}`;
      const asks = {
        role: "assistant",
        content: [
          { type: "thinking", thinking: `The customer asks about ${order}. Look it up first.` },
          { type: "tool_use", id, name: "lookup_order", input: { order } },
        ],
      };
      b.span("guardrail", "input policy", { body: { input: ask, output: { passed: true } } }, () =>
        b.wait(random.tail(21e6)),
      );
      b.llm(
        "answer",
        model,
        [{ role: "system", content: "You are kind and brief." }, user],
        asks,
        random.int(600, 1400),
        512,
      );
      b.tool(
        "lookup_order",
        { order },
        {
          order,
          state: random.pick(["shipped", "packed", "delivered"]),
          items: [{ sku: "OTTER-1", count: 2, price: { $decimal: "12.90" } }],
          shipped: "2026-11-20",
        },
        slow ? 4e9 : 90e6,
        slow ? { status: "timeout", failed: true, failure: "no answer within 4 s" } : {},
      );
      const answer = slow
        ? "I could not reach the warehouse. Please try again in a minute."
        : `Order ${order} is on its way and arrives on Tuesday.`;
      b.llm(
        "answer",
        model,
        [
          { role: "system", content: "You are kind and brief." },
          user,
          asks,
          {
            role: "user",
            content: [
              {
                type: "tool_result",
                tool_use_id: id,
                content: slow ? "timeout" : '{"state":"shipped"}',
                is_error: slow,
              },
            ],
          },
        ],
        { role: "assistant", content: [{ type: "text", text: answer }] },
        random.int(900, 1900),
        900,
      );
      if (slow) {
        b.log("error", "warehouse did not answer", { "server.address": "warehouse.internal" });
      }
      root.body = { ...root.body, output: answer };
    },
  );
  return { id: idOf(seed), start, service: "support-bot", session, agent: "support", model, nodes: b.nodes };
}

/** A coding agent: long, many turns, sub-agents in parallel. */
export function coding(seed: number, start: number, turns = 14): Made {
  const b = new Builder(seed);
  const { random } = b;
  const model = random.pick(["claude-sonnet-4-5", "gpt-5"]);
  const goal = random.pick([
    "Make the flaky test pass",
    "Add a dark theme",
    "Move the parser to its own crate",
    "Find why the build is slow",
  ]);
  const messages: Json[] = [
    { role: "system", content: "You write code. Run the tests before you say that you are done." },
    { role: "user", content: goal },
  ];
  b.span(
    "workflow",
    "fix and prove",
    { body: { input: goal, tags: ["ci"], release: "2026.11.3", environment: "production" } },
    () => {
      b.span("agent", "coder", { attributes: { "gen_ai.agent.name": "coder" }, body: { input: goal } }, (coder) => {
        let tokens = 3000;
        for (let turn = 0; turn < turns; turn++) {
          const tool = random.pick(["read_file", "grep", "edit_file", "run_tests"]);
          const args =
            tool === "run_tests"
              ? { only: "parser" }
              : {
                  path: `src/${random.pick(["lexer", "parser", "tree", "main"])}.rs`,
                  ...(tool === "grep" ? { pattern: "fn next" } : {}),
                };
          const id = `call_${random.hex(6)}`;
          const says = {
            role: "assistant",
            content: `Step ${turn + 1}: ${tool}.`,
            tool_calls: [{ id, type: "function", function: { name: tool, arguments: JSON.stringify(args) } }],
          };
          b.llm(`turn ${turn + 1}`, model, [...messages], says, tokens, Math.round(tokens * 0.9));
          messages.push(says);
          const red = tool === "run_tests" && random.chance(0.5);
          const out =
            tool === "run_tests"
              ? { passed: red ? 41 : 42, failed: red ? 1 : 0 }
              : "pub fn next(&mut self) -> Option<Token> {\n    self.tokens.get(self.at).copied()\n}";
          b.tool(
            tool,
            args,
            out,
            tool === "run_tests" ? 6e9 : 30e6,
            red ? { status: "error", failed: true, failure: "1 of 42 tests failed" } : {},
          );
          messages.push({
            role: "tool",
            tool_call_id: id,
            content: typeof out === "string" ? out : JSON.stringify(out),
          });
          tokens += random.int(200, 900);
        }
        coder.body = { input: goal, output: "Done. All tests pass." };
      });
      b.together(
        ["security", "style", "performance"].map((name) => () => {
          b.span(
            "agent",
            `${name} review`,
            {
              attributes: { "gen_ai.agent.name": `${name} review` },
              body: { input: { diff: "+12 −4" }, output: { verdict: "fine" } },
            },
            () => {
              b.llm(
                "judge",
                "gpt-5-mini",
                [{ role: "user", content: `Review this for ${name}.` }],
                { role: "assistant", content: "Nothing to say against it." },
                random.int(2000, 5000),
                0,
              );
            },
          );
        }),
      );
      b.span("evaluator", "score", { body: { output: { score: 0.92 } } }, () => b.wait(12e6));
    },
  );
  return { id: idOf(seed), start, service: "code-agent", agent: "coder", model, nodes: b.nodes };
}

/** An id that says what it is of, so that tests can name it. */
export function idOf(seed: number): string {
  return new Builder(seed * 7919 + 13).random.hex(32);
}

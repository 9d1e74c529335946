/**
 * The same as agent.py, with the TypeScript SDK: an agent that does what it is told, a line of JSON for each, and answers with the
 * trace's id.
 *
 *     node agent.mjs SERVICE
 */
import { createInterface } from "node:readline";
import { feedback, init, llm, span, startSpan } from "tracewire";

const PAGE = "The sea otter has the densest coat of all mammals.";
const MODEL = {
  "gen_ai.operation.name": "chat",
  "gen_ai.provider.name": "openai",
  "gen_ai.request.model": "gpt-5-mini",
};

/** Answers word by word. */
const draft = llm({ name: "draft", attributes: MODEL, parameters: ["messages"] }, async function* () {
  for (const word of PAGE.split(" ")) {
    yield `${word} `;
  }
});

/** Search, read in vain, answer. */
function research({ question, session }) {
  return span("research", { kind: "agent", input: question, sessionId: session, userId: "u-2" }, async (run) => {
    await span("search", { kind: "tool", input: { query: "otters", limit: 2 } }, async (step) => {
      step.setOutput([{ page: "sea-otter", score: 0.92 }]);
    });
    await span("fetch_page", { kind: "tool", input: { page: "kelp" } }, async () => {
      throw new RangeError("429: rate limit exceeded");
    }).catch(() => undefined);
    let answer = "";
    for await (const word of draft([{ role: "user", content: question }])) {
      answer += word;
    }
    run.setOutput(answer.trim());
    return run.traceId;
  });
}

const underWay = [];

const can = {
  research,
  begin({ name, input }) {
    const step = startSpan(name, { kind: "agent", input });
    underWay.push(step);
    return step.traceId;
  },
  end() {
    for (const step of underWay.splice(0)) {
      step.end();
    }
    return "";
  },
  tool({ name }) {
    return span(name, { kind: "tool", parent: underWay.at(-1), input: { query: name } }, (step) => {
      step.setOutput("found");
      return step.traceId;
    });
  },
  judge({ trace_id, value, name = "helpful", comment }) {
    feedback({ value, name, target: trace_id, source: "human", comment });
    return trace_id;
  },
};

init({ service: process.argv[2] });
for await (const line of createInterface(process.stdin)) {
  const { do: what, ...told } = JSON.parse(line);
  process.stdout.write(`${await can[what](told)}\n`);
}

/**
 * A runaway agent: its model never has enough, and the budget of its session stops it before the next call is paid for.
 *
 * Run it:  npm install tracewire openai && npx tsx runaway.ts
 *
 * A script stands in for the provider, so that it needs no key and costs nothing.
 */
import OpenAI from "openai";
import { BudgetExceeded, getTrace, init, query, session, tool } from "tracewire";
import { wrap } from "tracewire/openai";

init({
  service: "runaway",
  guards: {
    budget: { money: "0.05", steps: 100, wall: "10m" },
    loops: { repeats: 10 },
    rates: { "scripted-*": { input: "2.50", output: "10.00" } },
    onWarning: (verdict) => console.log("warning:", verdict.message),
  },
});

let page = 0;

/** Whatever the model has read, it wants another page. */
const script: typeof fetch = async (_, request) => {
  const read = String(request?.body).length;
  const wanted = { name: "search", arguments: JSON.stringify({ page: ++page }) };
  const call = { id: `call_${page}`, type: "function", function: wanted };
  const choice = { index: 0, finish_reason: "tool_calls", message: { role: "assistant", tool_calls: [call] } };
  const usage = { prompt_tokens: Math.ceil(read / 4), completion_tokens: 200 };
  return Response.json({ id: `c${page}`, object: "chat.completion", model: "scripted-1", choices: [choice], usage });
};

const openai = wrap(new OpenAI({ apiKey: "none", fetch: script }));

const search = tool("search", (wanted: string) => `${wanted}: ${"otters sleep afloat, wrapped in kelp. ".repeat(60)}`);

async function research(question: string): Promise<never> {
  const messages: OpenAI.ChatCompletionMessageParam[] = [{ role: "user", content: question }];
  for (;;) {
    const asked = { model: "scripted-1", messages, max_completion_tokens: 500 };
    const answer = (await openai.chat.completions.create(asked)).choices[0]?.message;
    for (const call of answer?.tool_calls ?? []) {
      if (call.type !== "function") continue;
      messages.push({ role: "assistant", content: search(call.function.arguments) });
    }
  }
}

try {
  await session({ agentId: "researcher", sessionId: "chat-7" }, () => research("Where do otters sleep?"));
} catch (stop) {
  if (!(stop instanceof BudgetExceeded)) throw stop;
  console.log("stopped:", stop.message);
  console.log("used:", stop.verdict.used, "of", stop.verdict.limit, "USD");
}

for (const row of query({ sessionId: "chat-7", attributes: { "tracewire.guard.decision": "stop" } })) {
  console.log("recorded:", row.attributes["tracewire.guard.message"]);
}
console.log(getTrace({ sessionId: "chat-7" })?.tree());

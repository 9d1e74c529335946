/**
 * The official client of OpenAI: a streamed answer and a tool, each request a step with its tokens.
 *
 * Run it:  npm install tracewire openai && npx tsx openai.ts
 *
 * Without a key, as here, a script stands in for the provider; with OPENAI_API_KEY the provider itself answers.
 */
import OpenAI from "openai";
import { getTrace, init, session, tool } from "tracewire";
import { wrap } from "tracewire/openai";

init({ service: "openai-example" });

const USAGE = { prompt_tokens: 40, completion_tokens: 6, prompt_tokens_details: { cached_tokens: 32 } };

/** Two streams in the form of the provider: first a tool that it wants called, then the answer. */
function script(): typeof fetch {
  const wanted = { name: "forecast", arguments: '{"city":"Ghent"}' };
  const call = { index: 0, id: "call_1", type: "function", function: wanted };
  const turns = [
    [{ delta: { role: "assistant", tool_calls: [call] } }, { delta: {}, finish_reason: "tool_calls" }],
    [
      { delta: { role: "assistant", content: "It stays" } },
      { delta: { content: " dry." } },
      { delta: {}, finish_reason: "stop" },
    ],
  ];
  return async () => {
    const turn = turns.shift() ?? [];
    const common = { id: "c1", model: "gpt-5-mini" };
    const chunks = turn.map((choice) => ({ ...common, choices: [{ index: 0, ...choice }] }));
    const lines = [...chunks, { ...common, choices: [], usage: USAGE }];
    const body = lines.map((line) => `data: ${JSON.stringify(line)}\n\n`).join("");
    return new Response(`${body}data: [DONE]\n\n`, { headers: { "content-type": "text/event-stream" } });
  };
}

const openai = wrap(new OpenAI(process.env["OPENAI_API_KEY"] ? {} : { apiKey: "none", fetch: script() }));

const forecast = tool("forecast", async (given: string) => `${JSON.parse(given).city}: dry`);

const run = await session({ agentId: "weatherman" }, async (run) => {
  const runner = openai.chat.completions.runTools({
    model: "gpt-5-mini",
    stream: true,
    stream_options: { include_usage: true },
    messages: [{ role: "user", content: "How will the weather be in Ghent?" }],
    tools: [
      {
        type: "function",
        function: {
          name: "forecast",
          description: "Says how the weather will be",
          parameters: { type: "object", properties: { city: { type: "string" } } },
          function: forecast,
        },
      },
    ],
  });
  console.log(await runner.finalContent());
  return run;
});
console.log(getTrace({ traceId: run.traceId })?.tree());

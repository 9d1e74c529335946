/**
 * The official client of Anthropic: a streamed message, with what the cache gave among its tokens.
 *
 * Run it:  npm install tracewire @anthropic-ai/sdk && npx tsx anthropic.ts
 *
 * Without a key, as here, a script stands in for the provider; with ANTHROPIC_API_KEY the provider itself answers.
 */
import Anthropic from "@anthropic-ai/sdk";
import { getTrace, init, query } from "tracewire";
import { wrap } from "tracewire/anthropic";

init({ service: "anthropic-example" });

const EVENTS = [
  {
    type: "message_start",
    message: {
      id: "m1",
      type: "message",
      role: "assistant",
      model: "claude-sonnet-4-6",
      content: [],
      usage: { input_tokens: 8, cache_read_input_tokens: 32, output_tokens: 1 },
    },
  },
  { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } },
  { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "It stays" } },
  { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: " dry." } },
  { type: "content_block_stop", index: 0 },
  { type: "message_delta", delta: { stop_reason: "end_turn" }, usage: { output_tokens: 6 } },
  { type: "message_stop" },
];

const script: typeof fetch = async () =>
  new Response(EVENTS.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join(""), {
    headers: { "content-type": "text/event-stream" },
  });

const anthropic = wrap(new Anthropic(process.env["ANTHROPIC_API_KEY"] ? {} : { apiKey: "none", fetch: script }));

const message = anthropic.messages.stream({
  model: "claude-sonnet-4-6",
  max_tokens: 100,
  messages: [{ role: "user", content: "How will the weather be in Ghent?" }],
});
for await (const text of message) {
  if (text.type === "content_block_delta" && text.delta.type === "text_delta") process.stdout.write(text.delta.text);
}
console.log();
const [step] = getTrace({ traceId: query({ kind: "llm" }).rows[0]?.traceId })?.find({ kind: "llm" }) ?? [];
const { input_tokens, cache_read_input_tokens } = step?.usage ?? {};
console.log(`${step?.name}: ${input_tokens} tokens read, ${cache_read_input_tokens} of them from the cache`);

/**
 * Vercel's `ai`: a run with a tool, by its telemetry. What the tool itself records is below the tool.
 *
 * Run it:  npm install tracewire ai zod && npx tsx ai.ts
 */
import { generateText, stepCountIs, tool } from "ai";
import { MockLanguageModelV3 } from "ai/test";
import { getTrace, init, query, span } from "tracewire";
import { tracer } from "tracewire/ai";
import { z } from "zod";

init({ service: "ai-example" });

const usage = {
  inputTokens: { total: 40, noCache: 8, cacheRead: 32, cacheWrite: undefined },
  outputTokens: { total: 6, text: 6, reasoning: undefined },
};
const model = new MockLanguageModelV3({
  modelId: "scripted-1",
  doGenerate: [
    {
      content: [{ type: "tool-call", toolCallId: "call_1", toolName: "forecast", input: '{"city":"Ghent"}' }],
      finishReason: { unified: "tool-calls", raw: undefined },
      usage,
      warnings: [],
    },
    {
      content: [{ type: "text", text: "It stays dry." }],
      finishReason: { unified: "stop", raw: undefined },
      usage,
      warnings: [],
    },
  ],
});

const { text } = await generateText({
  model,
  prompt: "How will the weather be in Ghent?",
  tools: {
    forecast: tool({
      inputSchema: z.object({ city: z.string() }),
      execute: ({ city }) => span("ask the station", async () => `${city}: dry`),
    }),
  },
  stopWhen: stepCountIs(3),
  experimental_telemetry: { isEnabled: true, functionId: "weatherman", tracer: tracer() },
});
console.log(text);
console.log(getTrace({ traceId: query({ kind: "agent" }).rows[0]?.traceId })?.tree());

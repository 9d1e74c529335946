/**
 * The same program as `scenario.py` is recorded as the SDK for Python recorded it (`events.jsonl`), ids included.
 */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import {
  a2a,
  agent,
  ap2,
  event,
  feedback,
  llm,
  log,
  logEvent,
  mcp,
  metric,
  operation,
  session,
  tool,
  trace,
} from "../../src/index.ts";
import { recording } from "../../src/testing.ts";

interface Recorded {
  time?: string;
  duration_nanos?: number;
  body?: { time_to_first_chunk_nanos?: number };
}

test("a program is recorded as it is in Python", () => {
  using recorded = recording();
  session(
    { agentId: "researcher", sessionId: "chat-7", userId: "u", tags: ["x"], input: "why?", environment: "test" },
    (run) => {
      run.agentStep("plan", { attributes: { a: 1 } }, (plan) => {
        plan.setOutput(["search"]);
      });
      run.toolCall("search", { input: { query: "otters" } }, (call) => {
        call.setOutput(["Lutra"]);
        run.llmCall("chat", { attributes: { "gen_ai.request.model": "m" } }, (answer) => {
          answer.usage({ inputTokens: 3, outputTokens: 2 });
          answer.cost("0.0123", "EUR", { input: "0.01" });
        });
      });
      run.stream("voice", { attributes: { codec: "opus" }, input: "go" }, (voice) => {
        voice.event("chunk", { seq: 1 });
        voice.event("note", { x: 2 });
        voice.chunk("text");
      });
      const first = event("cart", { items: 3 }, { data: { sku: "17" }, kind: "payment" });
      event("caused", undefined, { parent: first, sessionId: "s2" });
      log("line", "warn", { attempt: 2 }, { logger: "app" });
      metric("latency", [12, 100, 340.5], "histogram", { unit: "ms", buckets: [500, 100] });
      metric("n", 1, "counter", { attributes: { m: "x" } });
      feedback({ score: 0.5, name: "helpful", comment: "so", feedbackId: "f1" });
      feedback({ value: true, target: "1".repeat(32), feedbackId: "f2", supersedes: "f1", source: "model" });
      const call = mcp.logToolCall("r", "search", { query: "o" }, { requestId: "7" });
      mcp.logToolResult("r", "search", ["L"], { durationMs: 52, parentId: call });
      mcp.logToolError("r", "search", "TIMEOUT", "slow", { parentId: call, attributes: { a: 1 } });
      mcp.logSamplingRequest("r", { prompt: "why?", model: "m" });
      mcp.logSamplingResponse("r", {
        response: "because",
        model: "m",
        tokenUsage: { prompt_tokens: 3, completion_tokens: 4 },
      });
      mcp.logResourceAccessed("r", "file:///x", "subscribe");
      mcp.logNotification("r", { method: "notifications/progress", data: { p: 1 } });
      a2a.logTaskAssigned("o", { taskId: "t", contextId: "c", data: { assigned_to: "w" } });
      a2a.logTaskFailed("w", { taskId: "t", errorCode: "BAD", data: { m: 1 } });
      a2a.logMessageSent("w", { messageId: "m1", referenceTaskIds: ["t"], serverPort: 80 });
      ap2.logPaymentInitiated("a", { paymentId: "p", amount: 10.5, currency: "USD", data: { r: 1 } });
      ap2.logPaymentFailed("a", { paymentId: "p", errorCode: 5 });
      ap2.logCostIncurred("a", { costAmount: 0.1, currency: "USD" });
      logEvent({
        event_type: "mcp.tool.called",
        agent_id: "a",
        data: { tool_name: "s", p: { q: 1 } },
        meta: { a: [1] },
        sev: "x",
      });
      logEvent({ event_type: "ap2.payment.failed", agent_id: "a", error: { code: "X" }, dur: 1.5, data: [1] });
    },
  );
  trace("order-17", () => {
    event("b");
    log("c");
    metric("d", 1);
    feedback({ value: "good", feedbackId: "f3" });
  });
  tool({ name: "find", parameters: ["query", "limit"] }, (q: string, n: number) => new Array<string>(n).fill(q))(
    "q",
    2,
  );
  const Shopper = agent({ parameters: ["what"] })(
    class Shopper {
      buy(what: string): string {
        return what;
      }
    },
  );
  new Shopper().buy("x");
  operation({ name: "parse", attributes: { a: 1 } }, () => undefined)();
  const words = llm("words", function* () {
    yield "a";
    yield { n: 1 };
    yield "b";
  });
  expect([...words()]).toHaveLength(3);
  for (const _ of words()) break;
  mcp.toolExecution({ agentId: "r", toolName: "exec", params: { q: 1 }, correlationId: "order-17" }, (execution) =>
    execution.setResult([1]),
  );
  const found = JSON.parse(JSON.stringify(recorded.events())) as Recorded[];
  for (const one of found) {
    delete one.time;
    delete one.duration_nanos;
    delete one.body?.time_to_first_chunk_nanos;
  }
  const lines = readFileSync(new URL("events.jsonl", import.meta.url), "utf8")
    .trimEnd()
    .split("\n");
  expect(found).toEqual(lines.map((line) => JSON.parse(line) as unknown));
});

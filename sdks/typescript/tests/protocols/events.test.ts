/** Events of MCP, A2A and AP2, by the names that other tools have for them. */
import { expect, test } from "vitest";
import { ALIASES } from "../../src/protocols/aliases.generated.ts";
import * as registry from "../../src/protocols/registry.generated.ts";
import { a2a, ap2, mcp } from "../../src/recording/functions.ts";
import { recorded } from "../wrapping/recorded.ts";

const BY_OTHER_NAMES: Readonly<Record<string, string>> = {
  logToolCalled: "logToolCall",
  logToolCompleted: "logToolResult",
};
const EVENTS = Object.entries(registry).flatMap(([name, value]) => (name.startsWith("EVENT_") ? [String(value)] : []));

test.each([...Object.keys(ALIASES), ...EVENTS])("%s has its method", (name) => {
  const [protocol = "", ...rest] = name.split(".");
  const words = rest.join("_").split("_");
  const made = `log${words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join("")}`;
  const method = BY_OTHER_NAMES[made] ?? made;
  const { client } = recorded();
  for (const holder of [{ mcp, a2a, ap2 }, client]) {
    const helpers = holder[protocol === "tracewire" ? "ap2" : (protocol as "mcp")] as unknown as Record<
      string,
      unknown
    >;
    expect([method, typeof helpers[method]]).toEqual([method, "function"]);
  }
});

test("a tool call and its result", () => {
  const { client, events } = recorded();
  const params = { query: "otters" };
  const call = client.mcp.logToolCall("researcher", "search", params, { requestId: "7", correlationId: "order-17" });
  client.mcp.logToolResult("researcher", "search", ["Lutra lutra"], { durationMs: 52, parentId: call });
  client.mcp.logToolError("researcher", "search", "TIMEOUT", "too slow", { parentId: call, attributes: { a: 1 } });
  const [first, second, third] = events();
  expect([second?.parent_id, third?.parent_id]).toEqual([first?.span_id, first?.span_id]);
  expect(first?.body).toEqual({
    name: "mcp.request",
    correlation_id: "order-17",
    attributes: {
      "gen_ai.agent.id": "researcher",
      "gen_ai.tool.name": "search",
      "jsonrpc.request.id": "7",
      "mcp.method.name": "tools/call",
      "tracewire.protocol.direction": "sent",
    },
    data: { name: "search", arguments: { query: "otters" } },
  });
  expect(second?.body).toEqual({
    name: "mcp.response",
    data: ["Lutra lutra"],
    attributes: {
      "gen_ai.agent.id": "researcher",
      "gen_ai.tool.name": "search",
      "mcp.method.name": "tools/call",
      "tracewire.protocol.direction": "received",
      duration_ms: 52,
    },
  });
  expect(third?.body.data).toEqual({ code: "TIMEOUT", message: "too slow" });
  expect(third?.body.attributes).toMatchObject({ "error.type": "TIMEOUT", a: 1 });
});

test("sampling and resources", () => {
  const { client, events } = recorded();
  const request = client.mcp.logSamplingRequest("a", { model: "m", prompt: "why?", data: { temperature: 0.7 } });
  client.mcp.logSamplingResponse("a", {
    model: "m",
    response: "because",
    parentId: request,
    tokenUsage: { prompt_tokens: 3, completion_tokens: 4 },
  });
  client.mcp.logResourceAccessed("a", "file:///x");
  client.mcp.logResourceRead("a", { resourceUri: "file:///x" });
  const [asked, answered, accessed, read] = events().map((event) => event.body);
  expect(asked?.data).toEqual({ prompt: "why?", model: "m", temperature: 0.7 });
  expect(asked?.attributes).toMatchObject({
    "mcp.method.name": "sampling/createMessage",
    "gen_ai.request.model": "m",
  });
  expect(answered?.data).toMatchObject({ response: "because", token_usage: { prompt_tokens: 3 } });
  expect(answered?.attributes["gen_ai.usage.output_tokens"]).toBe(4);
  expect(accessed).toEqual(read);
  expect(read?.attributes).toEqual({
    "gen_ai.agent.id": "a",
    "mcp.method.name": "resources/read",
    "mcp.resource.uri": "file:///x",
    "tracewire.protocol.direction": "sent",
  });
});

test("tasks and messages of agents", () => {
  const { client, events } = recorded();
  client.session("orchestrator", (run) => {
    const { a2a } = client;
    a2a.logTaskAssigned("orchestrator", {
      taskId: "t1",
      contextId: "c",
      data: { assigned_to: "worker", task_data: { action: "x" } },
    });
    a2a.logTaskFailed("worker", { taskId: "t1", errorCode: "BAD", data: { error_message: "row 523" } });
    a2a.logMessageSent("a", { data: { recipient: "b" }, ...({ message: { type: "query" } } as object) });
    a2a.logRequest(null, { method: "GetTask", taskId: "t1", data: { id: "t1" } });
    a2a.logAgentRegistered(undefined, { agentName: "worker", agentUrl: "https://worker", data: { name: "worker" } });
    const [assigned, failed, sent, request, card] = events().filter((event) => event.type === "event");
    expect(assigned?.body).toEqual({
      name: "a2a.task.status",
      attributes: {
        "a2a.task.id": "t1",
        "a2a.task.state": "TASK_STATE_SUBMITTED",
        "gen_ai.agent.id": "orchestrator",
        "gen_ai.conversation.id": "c",
        "tracewire.a2a.context.id": "c",
      },
      data: { assigned_to: "worker", task_data: { action: "x" } },
    });
    expect(failed?.body.attributes).toEqual({
      "a2a.task.id": "t1",
      "a2a.task.state": "TASK_STATE_FAILED",
      "error.type": "BAD",
      "gen_ai.agent.id": "worker",
    });
    expect(failed?.body.data).toEqual({ error_code: "BAD", error_message: "row 523" });
    expect(sent?.body.attributes["tracewire.protocol.direction"]).toBe("sent");
    expect(sent?.body.data).toEqual({ recipient: "b", message: { type: "query" } });
    expect(request?.body.attributes).toEqual({
      "a2a.method.name": "GetTask",
      "a2a.task.id": "t1",
      "tracewire.protocol.direction": "sent",
    });
    expect(card?.body.name).toBe("a2a.agent_card");
    expect(new Set([assigned, failed, sent, request, card].map((event) => event?.parent_id))).toEqual(
      new Set([run.spanId]),
    );
  });
});

test("payments", async () => {
  const { client, events, errors } = recorded();
  const { ap2 } = client;
  ap2.logPaymentInitiated("a", { paymentId: "p1", amount: 10.5, currency: "USD", data: { recipient: "shop" } });
  ap2.logPaymentCompleted("a", { paymentId: "p1" });
  ap2.logPaymentFailed("a", { paymentId: "p1", errorCode: "INSUFFICIENT_FUNDS" });
  ap2.logCostIncurred("a", { costAmount: 0.15, currency: "USD", data: { resource_type: "llm_api" } });
  ap2.logPaymentMandateSigned(null, { vct: "mandate.payment.1", mandateHash: "sha256:00", amount: "ten" });
  const [started, done, failed, cost, signed] = events().map((event) => event.body);
  expect([started?.name, started?.data]).toEqual(["ap2.payment_mandate.presented", { recipient: "shop" }]);
  expect(started?.attributes).toEqual({
    "gen_ai.agent.id": "a",
    "tracewire.amount.currency": "USD",
    "tracewire.amount.value": "10.5",
    "tracewire.ap2.payment.id": "p1",
  });
  expect(done?.attributes["tracewire.ap2.receipt.status"]).toBe("Success");
  expect(failed?.attributes).toMatchObject({
    "error.type": "INSUFFICIENT_FUNDS",
    "tracewire.ap2.receipt.status": "Error",
  });
  expect([cost?.name, cost?.attributes["tracewire.amount.value"]]).toEqual(["tracewire.cost", "0.15"]);
  expect(signed?.attributes).toEqual({
    "tracewire.ap2.mandate.hash": "sha256:00",
    "tracewire.ap2.vct": "mandate.payment.1",
  });
  expect(await errors()).toEqual({ invalid_amount: 1 });
});

test("an id kept as text belongs to the current trace", () => {
  const { client, events } = recorded();
  const step = client.span("s", (span) => {
    const call = client.mcp.logToolCall("a", "search");
    client.mcp.logToolResult("a", "search", 1, { parentId: String(call) });
    return span;
  });
  client.mcp.logToolResult("a", "search", 1, { parentId: null });
  const [first, second, third] = events().filter((event) => event.type === "event");
  expect(second).toMatchObject({ parent_id: first?.span_id, trace_id: step.traceId });
  expect("parent_id" in (third ?? {})).toBe(false);
});

test("what an option of the event says wins over what other tools call the same", () => {
  const { client, events } = recorded();
  client.mcp.logResponse("a", { method: "tools/call", errorType: "timeout", errorCode: 504 });
  expect(events()[0]?.body.attributes["error.type"]).toBe("timeout");
  expect(events()[0]?.body.data).toEqual({ error_code: 504 });
});

test("options that throw while they are read are counted", async () => {
  const { client, events, errors } = recorded();
  const options = Object.defineProperty({}, "taskId", {
    enumerable: true,
    get() {
      throw new Error("get");
    },
  });
  expect(client.a2a.logTaskAssigned("a", options)).toBeUndefined();
  expect(events()).toEqual([]);
  expect(await errors()).toEqual({ unreadable_value: 1 });
});

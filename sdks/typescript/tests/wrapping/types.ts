/**
 * What the compiler has to know of wrappers, decorators, sessions and helpers. `tsc` runs this, nothing else.
 */
import { expectTypeOf } from "vitest";
import {
  type AttributeName,
  a2a,
  agent,
  type Client,
  type EventId,
  event,
  type FlushReport,
  feedback,
  flush,
  type Kind,
  log,
  mcp,
  metric,
  observe,
  type Session,
  type Span,
  type Stream,
  session,
  span,
  step,
  stream,
  tool,
} from "../../src/index.ts";
import type { Seat } from "../../src/recording/seat.ts";

// Wrappers keep the type of what they wrap.

async function search(query: string, limit = 3): Promise<string[]> {
  return new Array<string>(limit).fill(query);
}

expectTypeOf(tool(search)).toEqualTypeOf<typeof search>();
expectTypeOf(tool("named", search)).toEqualTypeOf<typeof search>();
expectTypeOf(tool({ captureInput: false, parameters: ["query"] }, search)).toEqualTypeOf<typeof search>();
expectTypeOf(observe(search, { kind: "retrieval" })).toEqualTypeOf<typeof search>();
expectTypeOf(tool("named")(search)).toEqualTypeOf<typeof search>();
expectTypeOf(tool({ name: "named" })(search)).toEqualTypeOf<typeof search>();

const inline = tool("inline", async (query: string) => ({ found: [query] }));
expectTypeOf(inline).toEqualTypeOf<(query: string) => Promise<{ found: string[] }>>();

function first<T extends { id: string }>(items: readonly T[]): T | undefined {
  return items[0];
}
expectTypeOf(step(first)).toEqualTypeOf<typeof first>();
expectTypeOf(step(first)([{ id: "a", n: 1 }])).toEqualTypeOf<{ id: string; n: number } | undefined>();

function both(value: string): string;
function both(value: number): number;
function both(value: string | number): string | number {
  return value;
}
expectTypeOf(step(both)("a")).toEqualTypeOf<string>();
expectTypeOf(step(both)(1)).toEqualTypeOf<number>();

function* words(text: string): Generator<string, number, boolean> {
  return (yield text) ? 1 : 0;
}
expectTypeOf(step(words)("a")).toEqualTypeOf<Generator<string, number, boolean>>();

async function* tokens(): AsyncGenerator<{ text: string }, void, undefined> {
  yield { text: "a" };
}
expectTypeOf(observe(tokens)).toEqualTypeOf<typeof tokens>();

const marked = Object.assign((n: number) => n, { mark: "kept" as const });
expectTypeOf(tool(marked).mark).toEqualTypeOf<"kept">();

function method(this: { factor: number }, n: number): number {
  return n * this.factor;
}
expectTypeOf(tool(method)).thisParameter.toEqualTypeOf<{ factor: number }>();

// @ts-expect-error: a text is no function.
observe("text");
// @ts-expect-error: wrappers know their options.
tool({ captureinput: false }, search);
// @ts-expect-error: the wrapped function takes a text.
void tool(search)(3);

// Decorators.

@agent
class Researcher {
  #factor = 2;
  static made = 0;

  @tool search(query: string, limit?: number): string[] {
    return new Array<string>((limit ?? 1) * this.#factor).fill(query);
  }

  @tool("named") async later<T>(value: T): Promise<T> {
    return value;
  }

  @step({ captureInput: false, attributes: { "gen_ai.tool.name": "x" } })
  static of(): Researcher {
    return new Researcher();
  }

  @step #hidden(n: number): number {
    return n;
  }

  @step *pieces(): Generator<number, void, undefined> {
    yield this.#hidden(1);
  }

  @tool field = (n: number): number => n + this.#factor;

  @tool accessor change: (n: number) => number = (n) => n;

  @step get total(): number {
    return this.#factor;
  }

  @step set total(value: number) {
    this.#factor = value;
  }
}

expectTypeOf<Researcher["search"]>().toEqualTypeOf<(query: string, limit?: number) => string[]>();
expectTypeOf(new Researcher().later(3 as const)).toEqualTypeOf<Promise<3>>();
expectTypeOf(Researcher.of).toEqualTypeOf<() => Researcher>();
expectTypeOf<Researcher["field"]>().toEqualTypeOf<(n: number) => number>();
expectTypeOf<Researcher["total"]>().toEqualTypeOf<number>();

@agent({ name: "abstract" })
abstract class Base {
  abstract run(): void;
}
expectTypeOf<InstanceType<typeof Base>["run"]>().toEqualTypeOf<() => void>();

// Steps, sessions and streams give what their work gives.

expectTypeOf(span("a", () => 1)).toEqualTypeOf<number>();
expectTypeOf(session("a", async (run) => run.toolCall("b", () => "c"))).toEqualTypeOf<Promise<string>>();
expectTypeOf(session({ agentId: "a" })).toEqualTypeOf<Session>();
expectTypeOf(session()).toEqualTypeOf<Session>();
expectTypeOf(session((run) => run.agentId)).toEqualTypeOf<string | undefined>();
expectTypeOf(stream("a")).toEqualTypeOf<Stream>();
expectTypeOf(stream("a", { kind: "llm" }, async (s) => s.chunk("x"))).toEqualTypeOf<Promise<Stream>>();
session("a", (run) => {
  expectTypeOf(run.toolCall("a")).toEqualTypeOf<Span>();
  expectTypeOf(run.llmCall("a", { input: 1 }, async () => 3)).toEqualTypeOf<Promise<number>>();
  expectTypeOf(run.stream("a", () => 3)).toEqualTypeOf<number>();
});

// Points.

const made = event("cart.changed", { items: 3, "gen_ai.agent.id": "a" }, { data: [1], parent: null });
expectTypeOf(made).toEqualTypeOf<EventId | undefined>();
event("caused", undefined, { parent: made });
log("line", "warn", { a: 1 }, { logger: "app" });
metric("latency", [1, 2], "histogram", { buckets: new Set([1]), unit: "ms" });
metric("big", 10n, "counter");
expectTypeOf(feedback({ score: 1, target: made?.context })).toEqualTypeOf<string>();
expectTypeOf(flush()).resolves.toEqualTypeOf<FlushReport>();
// @ts-expect-error: an attribute of the registry has its type.
event("wrong", { "gen_ai.agent.id": 3 });
// @ts-expect-error: an instrument is one of three.
metric("wrong", 1, "meter");

// A client is what everything that records asks for.

expectTypeOf<Client>().toExtend<Seat>();

// Names of the registry.

expectTypeOf<"gen_ai.request.model">().toExtend<AttributeName>();
expectTypeOf<"tool">().toExtend<Kind>();
expectTypeOf<"my own">().toExtend<Kind>();

// Helpers of protocols.

expectTypeOf(a2a.logTaskAssigned("a", { taskId: "t", data: { x: 1 } })).toEqualTypeOf<EventId | undefined>();
mcp.logRequest("a", { method: "tools/call", direction: "sent" });
mcp.logRequest("a", { method: "tools/of_their_own" });
// @ts-expect-error: no such option.
a2a.logTaskAssigned("a", { task: "t" });
expectTypeOf(mcp.observeTool("search", search)).toEqualTypeOf<typeof search>();
expectTypeOf(mcp.toolExecution({ toolName: "a" }, (one) => one.setResult(1).spanId)).toEqualTypeOf<string>();

interface McpClient {
  callTool(
    params: { name: string; arguments?: Record<string, unknown>; _meta?: Record<string, unknown> },
    schema?: { parse: () => void },
    options?: { timeout?: number },
  ): Promise<{ content: unknown[] }>;
}
declare const peer: McpClient;
expectTypeOf(mcp.callTool(peer, { name: "a", arguments: { b: 1 } })).toEqualTypeOf<Promise<{ content: unknown[] }>>();
void mcp.callTool(peer, { name: "a" }, undefined, { timeout: 3 });
// @ts-expect-error: options as the client has them.
void mcp.callTool(peer, { name: "a" }, undefined, { timeout: "3" });

/**
 * A trace as it is read back: a tree of steps, with what happened in them.
 *
 * @module
 */
import type { WireEvent } from "../exporters/base.ts";
import { fromWire } from "../formats/tags.ts";
import { type Body, isMap, Step } from "./steps.ts";

const STEP_TYPES: ReadonlySet<unknown> = /* @__PURE__ */ new Set([
  "span.start",
  "span.update",
  "span.event",
  "span.end",
]);
const BAD: ReadonlySet<unknown> = /* @__PURE__ */ new Set(["error", "timeout", "cancelled"]);

/** What is asked for in a tree; what is given must all hold. */
export interface Wanted {
  /** The name; `*` stands for anything. */
  readonly name?: string | undefined;
  readonly kind?: string | undefined;
  readonly status?: string | undefined;
  /** Anything else. */
  readonly where?: ((node: TraceNode) => boolean) | undefined;
}

/** One step, or one point event, of a trace. */
export class TraceNode {
  /** `span` for a step, `event` for a point event. */
  readonly type: "span" | "event";
  /** 32 hex digits. */
  readonly traceId: string;
  /** 16 hex digits. */
  readonly spanId: string;
  /** What it says is above it, which need not be in the trace. */
  readonly parentId: string | undefined;
  readonly kind: string | undefined;
  readonly name: string;
  /** How it ended; `undefined` while it has not. */
  readonly status: string | undefined;
  /** When it began, RFC 3339. */
  readonly time: string;
  readonly endTime: string | undefined;
  readonly durationNanos: number | undefined;
  readonly attributes: Body;
  readonly input: unknown;
  readonly output: unknown;
  /** What a point event carried. */
  readonly data: unknown;
  readonly usage: Body;
  readonly cost: Body;
  /** `type`, `message` and `stacktrace` of what it ended with. */
  readonly exception: Body | undefined;
  /** All that it says, merged, by the names of the wire. */
  readonly body: Body;
  /** What happened inside it, each with `name`, `time`, `attributes` and `data`. */
  readonly events: readonly Body[];
  /** The log lines that belong to it. */
  readonly logs: Body[] = [];
  parent: TraceNode | undefined = undefined;
  /** The nodes below it, by their beginnings. */
  readonly children: TraceNode[] = [];

  /** @internal */
  constructor(type: "span" | "event", events: readonly WireEvent[]) {
    const step = new Step();
    for (const event of events) step.add(type === "event" ? { ...event, type: "span.start" } : event);
    const body = fromWire(structuredClone(step.body)) as Body & {
      [K in "attributes" | "usage" | "cost" | "exception"]?: Body;
    };
    this.type = type;
    this.traceId = step.trace_id ?? "";
    this.spanId = step.span_id ?? "";
    this.parentId = step.parent_id;
    this.kind = step.kind;
    this.name = step.name;
    this.status = step.status;
    this.time = step.start ?? timeOf(events[0]);
    this.endTime = step.end;
    this.durationNanos = step.duration_nanos;
    this.body = body;
    this.attributes = body.attributes ?? {};
    this.input = (body as { input?: unknown }).input;
    this.output = (body as { output?: unknown }).output;
    this.data = (body as { data?: unknown }).data;
    this.usage = body.usage ?? {};
    this.cost = body.cost ?? {};
    this.exception = body.exception;
    this.events = step.events.map(happening);
  }

  /** Whether it ended as `error`, `timeout` or `cancelled`. */
  get failed(): boolean {
    return BAD.has(this.status);
  }

  /** The node and all below it, each before those below it. */
  *walk(): Generator<TraceNode> {
    const waiting: TraceNode[] = [this];
    for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
      yield node;
      waiting.push(...node.children.slice().reverse());
    }
  }

  /** Kind and name, and how it went where that is not `ok`. */
  label(): string {
    const words = `${this.kind ?? this.type} ${this.name}`;
    return this.type === "event" || this.status === "ok" ? words : `${words} ${this.status ?? "(in flight)"}`;
  }

  /** The same as `label`. */
  toString(): string {
    return this.label();
  }
}

/** Events of one trace, or of several, as trees. */
export class Trace {
  /** All events in the specification's JSON form, by time. */
  readonly events: readonly WireEvent[];
  /** The trace's id; of several, that of the first. */
  readonly traceId: string;
  /** The nodes that are below no other, by their beginnings. */
  readonly roots: TraceNode[] = [];
  readonly #nodes = new Map<string, TraceNode>();

  /** @param events - in the specification's JSON form, contents in their places, by time. */
  constructor(events: Iterable<WireEvent>) {
    this.events = [...events];
    this.traceId = String(this.events.find((event) => "trace_id" in event)?.["trace_id"] ?? "");
    const together = new Map<string, WireEvent[]>();
    for (const event of this.events) {
      const { type } = event as { type?: unknown };
      if (!STEP_TYPES.has(type) && type !== "event") continue;
      const key = keyOf(event["trace_id"], event["span_id"]);
      const known = together.get(key);
      if (known === undefined) together.set(key, [event]);
      else known.push(event);
    }
    for (const [key, all] of together) {
      this.#nodes.set(key, new TraceNode((all[0] as { type?: unknown }).type === "event" ? "event" : "span", all));
    }
    this.#build();
  }

  #build(): void {
    const nodes = [...this.#nodes.values()].sort((one, other) =>
      one.time < other.time ? -1 : one.time > other.time ? 1 : 0,
    );
    for (const node of nodes) {
      const above = this.#nodes.get(keyOf(node.traceId, node.parentId));
      if (above === undefined || isBelow(above, node)) {
        this.roots.push(node);
      } else {
        node.parent = above;
        above.children.push(node);
      }
    }
    for (const event of this.events) {
      if ((event as { type?: unknown }).type !== "log") continue;
      this.#nodes.get(keyOf(event["trace_id"], event["span_id"]))?.logs.push(happening(event));
    }
  }

  /** How many nodes there are. */
  get size(): number {
    return this.#nodes.size;
  }

  /** All nodes, each before those below it. */
  *walk(): Generator<TraceNode> {
    for (const root of this.roots) yield* root.walk();
  }

  /** The same as `walk`. */
  [Symbol.iterator](): Generator<TraceNode> {
    return this.walk();
  }

  /** The node with this id. */
  node(spanId: string): TraceNode | undefined {
    for (const node of this.#nodes.values()) if (node.spanId === spanId) return node;
    return undefined;
  }

  /**
   * Nodes that are what is asked for, in the order of the tree.
   *
   * @example
   * ```ts
   * trace.find({ kind: "tool", status: "error" });
   * ```
   */
  find(wanted: Wanted | string = {}): TraceNode[] {
    const asked = typeof wanted === "string" ? { name: wanted } : wanted;
    return [...this.walk()].filter((node) => matches(node, asked));
  }

  /** Steps that ended as `error`, `timeout` or `cancelled`. */
  failed(): TraceNode[] {
    return [...this.walk()].filter((node) => node.failed);
  }

  /** The tree as text: kind and name of each node, indented by its depth, and how it went where that is not `ok`. */
  tree(): string {
    const lines: string[] = [];
    const waiting: [number, TraceNode][] = this.roots
      .slice()
      .reverse()
      .map((root) => [0, root]);
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const [depth, node] = next;
      lines.push("  ".repeat(depth) + node.label());
      for (const child of node.children.slice().reverse()) waiting.push([depth + 1, child]);
    }
    return lines.join("\n");
  }

  /** The same as `tree`. */
  toString(): string {
    return this.tree();
  }
}

function matches(node: TraceNode, { name, kind, status, where }: Wanted): boolean {
  if ((kind !== undefined && node.kind !== kind) || (status !== undefined && node.status !== status)) return false;
  if (name !== undefined && node.name !== name) {
    const pattern = name.split("*").map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&"));
    if (!new RegExp(`^${pattern.join(".*")}$`, "s").test(node.name)) return false;
  }
  return where === undefined || where(node);
}

function happening(event: WireEvent): Body {
  const body = (event as { body?: unknown }).body;
  return { ...(isMap(body) ? (fromWire(structuredClone(body)) as Body) : {}), time: timeOf(event) };
}

function timeOf(event: WireEvent | undefined): string {
  return String(event?.["time"] ?? "");
}

function keyOf(traceId: unknown, spanId: unknown): string {
  return `${traceId ?? ""} ${spanId ?? ""}`;
}

/** Whether a node is another one or stands below it: parents that go in a circle are cut. */
function isBelow(node: TraceNode, other: TraceNode): boolean {
  for (let above: TraceNode | undefined = node; above !== undefined; above = above.parent)
    if (above === other) return true;
  return false;
}

import type { Group, Point, Sums, TraceDocument, TraceNode, TraceRow } from "../src/api/types.ts";
import { type Made, providerOf } from "./build.ts";
import { documentOf, rowOf } from "./known.ts";
import { Random } from "./random.ts";
import { coding, research, support } from "./scenarios.ts";
import { special } from "./special.ts";
import { addMoney } from "./sums.ts";

const HOUR = 3_600_000;

/** All made-up traces: of the last day, and those that will begin in the next hours while a page is open. */
export class Store {
  readonly made: Made[];
  private readonly finished = new Map<string, { document: TraceDocument; row: TraceRow }>();

  constructor(born: number, days = 2) {
    const random = new Random(42);
    const made: Made[] = special(born);
    for (let at = born - days * 24 * HOUR, seed = 1000; at < born + 2 * HOUR; seed++) {
      const hour = new Date(at).getUTCHours();
      const busy = 0.35 + Math.max(0, Math.sin(((hour - 5) / 24) * 2 * Math.PI));
      const near = at > born - 120_000;
      // However quiet the hour is: while a page is open, something goes on.
      at = near ? at + random.int(2_000, 9_000) : Math.min(at + random.tail(100_000 / busy), born - 119_000);
      const draw = random.next();
      made.push(
        draw < 0.45 ? research(seed, at) : draw < 0.9 ? support(seed, at) : coding(seed, at, random.int(4, 16)),
      );
    }
    this.made = made;
  }

  /** A trace and its row, as known now. */
  get(made: Made, now: number): { document: TraceDocument; row: TraceRow } {
    const known = this.finished.get(made.id);
    if (known !== undefined) {
      return known;
    }
    const document = documentOf(made, now);
    const found = { document, row: rowOf(made, document) };
    if (document.counts.in_flight === 0) {
      this.finished.set(made.id, found);
    }
    return found;
  }

  find(id: string, now: number): Made | undefined {
    return this.made.find((made) => made.id === id && made.start <= now);
  }

  /** What has begun, the latest first. */
  begun(now: number): Made[] {
    return this.made.filter((made) => made.start <= now).sort((a, b) => b.start - a.start);
  }

  /** Every finished span between two times. */
  *spans(since: number, until: number, now: number): Generator<{ made: Made; node: TraceNode; at: number }> {
    for (const made of this.made) {
      if (made.start > Math.min(until, now) || made.start < since - HOUR) {
        continue;
      }
      for (const node of this.get(made, now).document.nodes) {
        const at = Date.parse(node.start);
        if (node.form === "span" && at >= since && at < until) {
          yield { made, node, at };
        }
      }
    }
  }
}

/** Sums that are built up span by span. */
export class Gather {
  private readonly durations: number[] = [];
  private readonly firsts: number[] = [];
  private readonly sums: Sums = {
    spans: 0,
    errors: 0,
    ended: 0,
    duration_sum_nanos: 0,
    input_tokens: 0,
    output_tokens: 0,
    cache_read_input_tokens: 0,
    reasoning_output_tokens: 0,
    unpriced: 0,
  };

  add(node: TraceNode): void {
    const { sums } = this;
    sums.spans++;
    sums.errors += node.failed ? 1 : 0;
    if (node.duration_nanos) {
      sums.ended++;
      sums.duration_sum_nanos += node.duration_nanos;
      this.durations.push(node.duration_nanos);
    }
    if (node.time_to_first_chunk_nanos) {
      this.firsts.push(node.time_to_first_chunk_nanos);
    }
    sums.input_tokens += node.usage?.input_tokens ?? 0;
    sums.output_tokens += node.usage?.output_tokens ?? 0;
    sums.cache_read_input_tokens += node.usage?.cache_read_input_tokens ?? 0;
    sums.unpriced += node.usage && !node.cost ? 1 : 0;
    const cost = addMoney(sums.cost, node.cost);
    if (cost !== undefined) {
      sums.cost = cost;
    }
  }

  get spans(): number {
    return this.sums.spans;
  }

  point(start: string): Point {
    return { start, ...this.sums, ...this.percentiles() };
  }

  group(key: string | null): Group {
    const { sums } = this;
    return {
      key,
      ...sums,
      ...this.percentiles(),
      error_rate: sums.spans === 0 ? 0 : sums.errors / sums.spans,
      ...(sums.ended === 0
        ? {}
        : { mean_nanos: sums.duration_sum_nanos / sums.ended, max_nanos: Math.max(...this.durations) }),
      ...(this.firsts.length === 0 ? {} : { first_chunk_p50_nanos: quantile(this.firsts, 0.5) }),
    };
  }

  private percentiles() {
    if (this.durations.length === 0) {
      return {};
    }
    return {
      p50_nanos: quantile(this.durations, 0.5),
      p95_nanos: quantile(this.durations, 0.95),
      p99_nanos: quantile(this.durations, 0.99),
    };
  }
}

function quantile(values: number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
}

/** What a span is counted under. */
export function keyOf(by: string, made: Made, node: TraceNode): string | null {
  const model = node.attributes?.["gen_ai.request.model"];
  switch (by) {
    case "kind":
      return node.kind ?? null;
    case "model":
      return typeof model === "string" ? model : null;
    case "provider":
      return typeof model === "string" ? providerOf(model) : null;
    case "agent":
      return made.agent ?? null;
    case "service":
      return made.service;
    case "session":
      return made.session ?? null;
    case "tool":
      return node.kind === "tool" ? (node.name ?? null) : null;
    default:
      return node.name ?? null;
  }
}

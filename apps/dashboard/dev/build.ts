import type { Json, Money, TraceNode } from "../src/api/types.ts";
import { Random } from "./random.ts";

/** A made-up trace: all that will ever be of it, with offsets; what is known of it depends on the time. */
export type Made = {
  id: string;
  start: number;
  service: string;
  session?: string;
  agent?: string;
  model?: string;
  provider?: string;
  nodes: Draft[];
  /** Its process dies so many nanoseconds in. */
  dies?: number;
  losses?: { count: number; reason: string }[];
};

/** A node with offsets in nanoseconds. */
export type Draft = Omit<
  TraceNode,
  "start" | "end" | "producer" | "state" | "self_nanos" | "critical_nanos" | "slow" | "failed"
> & {
  from: number;
  to: number;
  producer?: string;
  failed?: boolean;
  forever?: boolean;
};

/** Prices of a million tokens: input, cached, output. */
const PRICES: Record<string, [number, number, number]> = {
  "gpt-5": [1.25, 0.125, 10],
  "gpt-5-mini": [0.25, 0.025, 2],
  "claude-sonnet-4-5": [3, 0.3, 15],
  "claude-haiku-4-5": [1, 0.1, 5],
  "gemini-2.5-flash": [0.3, 0.03, 2.5],
};

/** What a call costs; nothing for a model without a price. */
export function price(model: string, input: number, output: number, cached: number): Money | undefined {
  const found = PRICES[model];
  if (found === undefined) {
    return undefined;
  }
  const total = ((input - cached) * found[0] + cached * found[1] + output * found[2]) / 1e6;
  return { USD: total.toFixed(9).replace(/0+$/, "").replace(/\.$/, "") };
}

/** Prices of a model, for the page that explains them. */
export function priceLines(model: string): [number, number, number] | undefined {
  return PRICES[model];
}

/** Builds a trace step by step, as an agent would live through it. */
export class Builder {
  readonly nodes: Draft[] = [];
  readonly random: Random;
  private stack: Draft[] = [];
  at = 0;

  constructor(seed: number) {
    this.random = new Random(seed);
  }

  /** Lets time pass. */
  wait(nanos: number): void {
    this.at += Math.round(nanos);
  }

  /** A step, and what happens inside it. */
  span(kind: string, name: string, more: Partial<Draft>, inside: (draft: Draft) => void = () => {}): Draft {
    const parent = this.stack.at(-1);
    const draft: Draft = {
      form: "span",
      depth: this.stack.length,
      kind,
      name,
      span_id: this.random.hex(16),
      parent_id: parent?.span_id ?? null,
      status: "ok",
      from: this.at,
      to: this.at,
      ...more,
    };
    this.nodes.push(draft);
    this.stack.push(draft);
    inside(draft);
    this.stack.pop();
    draft.to = this.at;
    return draft;
  }

  /** Several branches at once: each begins at the same time, and time goes on after the last. */
  together(branches: (() => void)[]): void {
    const begin = this.at;
    let latest = begin;
    for (const branch of branches) {
      this.at = begin;
      branch();
      latest = Math.max(latest, this.at);
    }
    this.at = latest;
  }

  /** A log line. */
  log(level: string, message: string, attributes?: { [name: string]: Json }): void {
    this.point("log", message, { body: { level }, ...(attributes ? { attributes } : {}) });
  }

  /** A point event. */
  event(name: string, data: Json): void {
    this.point("event", name, { body: { data }, span_id: this.random.hex(16) });
  }

  private point(form: "log" | "event", name: string, more: Partial<Draft>): void {
    const parent = this.stack.at(-1);
    this.nodes.push({
      form,
      depth: this.stack.length,
      name,
      parent_id: parent?.span_id ?? null,
      from: this.at,
      to: this.at,
      ...more,
    });
  }

  /** A call of a model. */
  llm(
    name: string,
    model: string,
    messages: Json[],
    answer: Json,
    input: number,
    cached: number,
    more: Partial<Draft> = {},
  ): Draft {
    const output = Math.max(8, Math.round(JSON.stringify(answer).length / 4));
    const cost = price(model, input, output, cached);
    return this.span(
      "llm",
      name,
      {
        attributes: {
          "gen_ai.operation.name": "chat",
          "gen_ai.provider.name": providerOf(model),
          "gen_ai.request.model": model,
          "gen_ai.response.model": model,
          "gen_ai.request.temperature": 0.2,
          "gen_ai.response.finish_reasons": ["stop"],
        },
        usage: {
          input_tokens: input,
          output_tokens: output,
          cache_read_input_tokens: cached,
          cache_write_input_tokens: 0,
          reasoning_output_tokens: 0,
        },
        ...(cost === undefined ? {} : { cost }),
        body: { input: { messages }, output: answer },
        ...more,
      },
      (draft) => {
        const first = this.random.tail(380e6);
        this.wait(first);
        draft.chunks = Math.max(2, Math.round(output / 3));
        draft.time_to_first_chunk_nanos = first;
        this.wait(this.random.tail(output * 9e6));
      },
    );
  }

  /** A call of a tool. */
  tool(name: string, input: Json, output: Json, nanos: number, more: Partial<Draft> = {}): Draft {
    return this.span(
      "tool",
      name,
      { attributes: { "gen_ai.tool.name": name, "gen_ai.tool.type": "function" }, body: { input, output }, ...more },
      () => this.wait(this.random.tail(nanos)),
    );
  }
}

/** Who serves a model. */
export function providerOf(model: string): string {
  if (model.startsWith("gpt")) {
    return "openai";
  }
  return model.startsWith("claude") ? "anthropic" : model.startsWith("gemini") ? "gcp.gemini" : "local";
}

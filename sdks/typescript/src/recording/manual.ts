/**
 * Steps and points by hand; `../manual.ts` says what they are for.
 *
 * @module
 */
import { FEEDBACK, LOG, METRIC, POINT_EVENT } from "../native/contract.ts";
import type { Walker } from "../values/walker.ts";
import type { Client } from "./client.ts";
import { SpanContext } from "./context.ts";
import type { HasContext, Status } from "./fields.ts";
import type { Opened } from "./opened.ts";
import { type Current, NOWHERE } from "./place.ts";
import { textOf } from "./problems.ts";
import type { Span } from "./span.ts";
import { type Policy, read, writeContent, writeValue } from "./writing.ts";

/** Members of an event by the names of the specification; `null` is a value, `undefined` is none. */
export type Body = Readonly<Record<string, unknown>>;

/** Where a step or point belongs: a step, a context, an event's context or a `traceparent`; `null` and absent are none. */
export interface Below {
  readonly parent?: Span | SpanContext | HasContext | Step | string | null | undefined;
}

const CORRELATION = "correlation_id";

interface Source {
  readonly body: Body;
  readonly policy: Policy;
  /** The recorder writes the correlation id of a start or a point. */
  readonly hasCorrelation: boolean;
}

/** Writes every member as it was given; values of content pass the host's mask. */
const WRITE = (walker: Walker, { body, policy, hasCorrelation }: Source): void => {
  for (const name of namesOf(body, policy)) {
    const value = read(body, name, policy.problems);
    if (value === undefined || (hasCorrelation && name === CORRELATION)) continue;
    switch (name) {
      case "input":
      case "output":
      case "data":
      case "chunks":
      case "attributes":
      case "message":
        writeContent(walker, name, value, policy);
        break;
      default:
        writeValue(walker, name, value);
    }
  }
};

/** The names of the members: the object is the host's, and may throw. */
function namesOf(body: Body, { problems }: Policy): string[] {
  try {
    return Object.keys(body ?? {});
  } catch (error) {
    problems.noteLater("unreadable_value", "the members of an event could not be read", error);
    return [];
  }
}

/**
 * A step that was started by hand. It ends once, by `end`.
 *
 * It can be the `parent` of others, here and of `span`.
 */
export class Step {
  readonly #opened: Opened;
  readonly #state: Int32Array | undefined;
  #ended = false;

  /** @internal */
  constructor(opened: Opened, state: Int32Array | undefined) {
    this.#opened = opened;
    this.#state = state;
  }

  /** The ids of the step; `undefined` where recording is switched off. */
  get context(): SpanContext | undefined {
    return this.#state && new SpanContext(this.#state);
  }

  /** Records a `span.update`. */
  update(body: Body): void {
    if (this.#state === undefined) return;
    this.#opened.pen.update(this.#state, WRITE, this.#source(body));
    this.#opened.settle();
  }

  /** Records a `span.event`. */
  event(body: Body): void {
    if (this.#state === undefined) return;
    this.#opened.pen.spanEvent(this.#state, WRITE, this.#source(body));
    this.#opened.settle();
  }

  /**
   * Records the `span.end` with this status.
   *
   * @returns whether it was the first end: later ones record nothing.
   */
  end(status: Status = "ok", body: Body = {}): boolean {
    if (this.#state === undefined || this.#ended) return false;
    this.#ended = true;
    this.#opened.pen.end(this.#state, textOf(status), WRITE, this.#source(body));
    this.#opened.settle();
    return true;
  }

  #source(body: Body): Source {
    return { body, policy: this.#opened.policy, hasCorrelation: false };
  }
}

/**
 * Records by hand for a client: `client.manual`, or the functions of `manual` for the default one.
 *
 * Every `body` is an object of the names of an event's members and their values: what a value becomes is the table of
 * the specification, section 1. The client's `mask`, `capture`, `redact` and `sampling` apply. Where there is no
 * parent, a text as `correlation_id` decides the trace.
 *
 * `SpanContext.fromTraceparent(traceparent, tracestate)` is a step of another process.
 */
export class Manual {
  readonly #whose: () => Client;

  /** @internal */
  constructor(whose: () => Client) {
    this.#whose = whose;
  }

  /**
   * Records a `span.start`.
   *
   * @param kind - of the registry of span kinds.
   */
  start(kind: string, body: Body = {}, { parent }: Below = {}): Step {
    const opened = this.#opened();
    if (opened.recorder === undefined) {
      opened.lose();
      return new Step(opened, undefined);
    }
    const place = above(opened, parent);
    const correlationId = correlationOf(body, opened.policy);
    const source: Source = { body, policy: opened.policy, hasCorrelation: correlationId !== undefined };
    const traceState = place._isStep ? undefined : place._traceState;
    const state = opened.pen.start(textOf(kind), place._state, correlationId, traceState, WRITE, source);
    opened.settle();
    return new Step(opened, state);
  }

  /** Records an `event`; gives its context, which can be the `parent` of others. */
  event(body: Body, options: Below & { readonly kind?: string | undefined } = {}): SpanContext | undefined {
    const state = this.#point(POINT_EVENT, body, options);
    return state && new SpanContext(state);
  }

  /** Records a `log`, with the step that it belongs to. */
  log(body: Body, below: Below = {}): void {
    this.#point(LOG, body, below);
  }

  /** Records a `metric`, with the step that it belongs to. */
  metric(body: Body, below: Below = {}): void {
    this.#point(METRIC, body, below);
  }

  /** Records `feedback`, with the step that it belongs to. */
  feedback(body: Body, below: Below = {}): void {
    this.#point(FEEDBACK, body, below);
  }

  #point(
    operation: number,
    body: Body,
    options: Below & { readonly kind?: string | undefined },
  ): Int32Array | undefined {
    const opened = this.#opened();
    if (opened.recorder === undefined) {
      opened.lose();
      return undefined;
    }
    const place = above(opened, options.parent);
    const correlationId = correlationOf(body, opened.policy);
    const source: Source = { body, policy: opened.policy, hasCorrelation: correlationId !== undefined };
    const state = opened.pen.point(operation, options.kind, place._state, correlationId, WRITE, source);
    opened.settle();
    return state;
  }

  #opened(): Opened {
    return this.#whose()._open();
  }
}

function above(opened: Opened, parent: Below["parent"]): Current {
  if (parent === undefined || parent === null) return NOWHERE;
  // A step of a client that is switched off has no ids, and nothing is below it.
  if (parent instanceof Step && parent.context === undefined) return NOWHERE;
  return opened.placeOf(parent);
}

/** The correlation id of a start or a point where it is a text; anything else is a member like any other. */
function correlationOf(body: Body, { problems }: Policy): string | undefined {
  const given = read(body ?? {}, CORRELATION, problems);
  return typeof given === "string" ? given : undefined;
}

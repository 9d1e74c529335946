/**
 * What the events of all protocols have in common.
 *
 * @module
 */
import { decimalText } from "../recording/amounts.ts";
import { SpanContext } from "../recording/context.ts";
import type { Amount, Attributes, Parent } from "../recording/fields.ts";
import { guarded, merged, optionalText, present } from "../recording/guard.ts";
import { currentContext } from "../recording/place.ts";
import { type EventId, recordEvent } from "../recording/points.ts";
import { shown } from "../recording/problems.ts";
import type { Seat, Whose } from "../recording/seat.ts";

/** One of some well-known texts, which an editor completes, or any other one. */
export type Open<T extends string> = T | (string & Record<never, never>);

/** What every event of a protocol can say. */
export interface EventOptions {
  /** What was carried. */
  readonly data?: unknown;
  /** Further attributes. */
  readonly attributes?: Attributes | undefined;
  /** What it belongs to instead of the current step: an event's id, a step or a context. */
  readonly parentId?: Parent | EventId | undefined;
  /** The application's own id of the trace, where there is no step to belong to. */
  readonly correlationId?: string | undefined;
  /** The conversation that it belongs to. */
  readonly sessionId?: string | undefined;
  /** What went wrong, as a short code: `error.type`. It is also kept in the data. */
  readonly errorCode?: string | number | undefined;
  /** The tool: `gen_ai.tool.name`. */
  readonly toolName?: string | undefined;
  /** The task: `a2a.task.id`. */
  readonly taskId?: string | undefined;
  /** The payment: `tracewire.ap2.payment.id`. */
  readonly paymentId?: string | undefined;
  /** What was spent: `tracewire.amount.value`. */
  readonly costAmount?: Amount | undefined;
}

/** Options that are attributes in the events of every protocol. */
const MEANT: Readonly<Record<string, string>> = {
  costAmount: "tracewire.amount.value",
  errorCode: "error.type",
  paymentId: "tracewire.ap2.payment.id",
  taskId: "a2a.task.id",
  toolName: "gen_ai.tool.name",
};
const COMMON = new Set(["data", "attributes", "parentId", "correlationId", "sessionId"]);
const AMOUNT = "tracewire.amount.value";

/** Records events of a protocol for a client. */
export class ProtocolEvents {
  readonly #whose: Whose;

  /** @internal Who records is asked at each event, so that `init()` may come later. */
  constructor(whose: Whose) {
    this.#whose = whose;
  }

  /** @internal */
  protected get seat(): Seat {
    return this.#whose();
  }

  /**
   * Records an event.
   *
   * @param names - the attributes that options are.
   * @param sets - attributes that hold unless an option says otherwise.
   * @param fails - whether the event says that something failed.
   * @internal
   */
  protected record(
    name: string,
    names: Readonly<Record<string, string>>,
    agentId: string | null | undefined,
    options: EventOptions = {},
    sets: Readonly<Record<string, string>> = {},
    fails = false,
  ): EventId | undefined {
    return guarded(this.seat, name, () => {
      const facts: Record<string, unknown> = present({ "gen_ai.agent.id": agentId, ...sets });
      const meant: Record<string, unknown> = {};
      let more: Record<string, unknown> = {};
      for (const [option, value] of Object.entries(options)) {
        if (value === undefined || value === null || COMMON.has(option)) continue;
        const attribute = Object.hasOwn(names, option) ? names[option] : undefined;
        const other = Object.hasOwn(MEANT, option) ? MEANT[option] : undefined;
        if (attribute !== undefined) facts[attribute] = attribute === AMOUNT ? this.amount(value) : value;
        else if (other !== undefined) meant[other] = other === AMOUNT ? this.amount(value) : optionalText(value);
        else more[option] = value;
        if (option === "errorCode") more["error_code"] = value;
      }
      for (const [attribute, value] of Object.entries(meant)) facts[attribute] ??= value;
      if (fails) facts["error.type"] ??= "_OTHER";
      const context = facts["tracewire.a2a.context.id"];
      if (context !== undefined) facts["gen_ai.conversation.id"] ??= context;
      let { data } = options;
      if (Object.keys(more).length > 0 && (data === undefined || isMap(data))) {
        data = { ...more, ...data };
        more = {};
      }
      const { attributes, correlationId, sessionId } = options;
      return recordEvent(this.seat, name, merged(this.seat, present({ ...facts, ...more }), attributes), {
        data,
        correlationId,
        sessionId,
        parent: this.#above(options.parentId),
      });
    });
  }

  /** An amount as decimal text; what is none is counted. */
  protected amount(amount: unknown): string | undefined {
    const text = decimalText(amount);
    if (text === undefined) this.seat.problem("invalid_amount", `not a decimal amount: ${shown(amount)}`);
    return text;
  }

  /** What an event belongs to. An id that was only kept as text belongs to the current trace. */
  #above(parent: Parent | EventId | undefined): Parent | EventId | undefined {
    if (typeof parent !== "string" || parent.length !== 16) return parent ?? undefined;
    const here = currentContext();
    return here && SpanContext.fromTraceparent(`00-${here.traceId}-${parent}-01`);
  }
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

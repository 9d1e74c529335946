/**
 * Guards: budgets and loops that are checked before a call begins. The only thing that throws into a program, and only where it is
 * configured.
 *
 * @module
 */
import { BudgetExceeded, LoopDetected } from "../errors.ts";
import type { Walker } from "../values/walker.ts";
import type { Amount, SpanOptions } from "./fields.ts";
import { type Ending, writeEnding, writeStart } from "./members.ts";
import { type Problems, typeName } from "./problems.ts";
import type { Span } from "./span.ts";
import type { Verdict } from "./verdict.ts";
import { type Policy, writeContent } from "./writing.ts";

/** What the calls of a session may use together; what is left out is not limited. */
export interface Budget {
  /** US dollars: decimal text, or a number that counts as the shortest text that stands for it. */
  readonly money?: Amount | undefined;
  /** Tokens of models, in and out. */
  readonly tokens?: number | undefined;
  /** Calls of models, tools and searches. */
  readonly steps?: number | undefined;
  /** Time since the first call: whole seconds, or a text such as `"10m"` (`ms`, `s`, `m`, `h`, `d`). */
  readonly wall?: number | string | undefined;
}

/** What makes a loop; what is left out is not looked for. */
export interface Loops {
  /** So many times the same call: kind, name and arguments. */
  readonly repeats?: number | undefined;
  /** So many times in a row the same round of two to eight calls. */
  readonly cycles?: number | undefined;
  /** So many calls in a row whose arguments and results were all there before. */
  readonly idle?: number | undefined;
}

/** What a model costs: US dollars for a million tokens. */
export interface Rate {
  /** Tokens that go in. */
  readonly input: Amount;
  /** Tokens that come out. */
  readonly output: Amount;
  /** Tokens that go in and were read from a cache; those of `input` by default. */
  readonly cachedInput?: Amount | undefined;
}

/** Limits that calls are checked against before they begin. */
export interface Guards {
  /** What the calls of a session may use together. */
  readonly budget?: Budget | undefined;
  /** What makes a loop. */
  readonly loops?: Loops | undefined;
  /** From which share of a limit on `onWarning` is called, 0.8 by default; once for each limit of a session. */
  readonly warnAt?: number | undefined;
  /**
   * Prices by model, or by the beginning of its name and `*`. Models that are not here have the prices of the list that tracewire
   * carries, and of your own `prices.json`.
   */
  readonly rates?: Readonly<Record<string, Rate>> | undefined;
  /** Whether calls without a known price are let through where there is a budget of money; `"allow"` by default. */
  readonly unpriced?: "allow" | "stop" | undefined;
  /** What a model may put out that is given no maximum, 4096 by default. */
  readonly reserveOutputTokens?: number | undefined;
  /** Called when a limit is near. What it throws is counted and goes no further. */
  readonly onWarning?: ((verdict: Verdict) => unknown) | undefined;
}

/** Where one limit stands; numbers are decimal text. */
export interface GuardLevel {
  /** What calls that have ended used; of `wall` the seconds since the first call. */
  readonly used: string;
  /** What calls that are going on may use. */
  readonly reserved?: string;
  /** The limit, if there is one. */
  readonly limit?: string;
}

/** Where a session stands before its guards. */
export type GuardStatus = Readonly<Record<"money" | "tokens" | "steps" | "wall" | "idle", GuardLevel>> & {
  readonly scope: string;
};

/** Kinds of steps that are calls. */
const GUARDED: ReadonlySet<string> = /* @__PURE__ */ new Set(["llm", "tool", "embedding", "rerank", "retrieval"]);

/** Stands in a step's options where its call is under way already. */
const UNGUARDED: unique symbol = /* @__PURE__ */ Symbol("tracewire.unguarded") as never;

/** Options of a step whose call is under way already, so that there is nothing left to stop. */
export function unguarded<O extends SpanOptions>(options: O): O {
  return { ...options, [UNGUARDED]: true };
}

/** Stands in a step's options for an input that is not recorded. */
const HIDDEN: unique symbol = /* @__PURE__ */ Symbol("tracewire.hidden") as never;

/** Options of a step with an input that is not recorded, which tells one call from another all the same. */
export function withHidden(options: SpanOptions, input: unknown): SpanOptions {
  return { ...options, [HIDDEN]: input } as SpanOptions;
}

/** Whether such an input stands there. */
export function hidesInput(options: object | undefined): boolean {
  return options !== undefined && HIDDEN in options;
}

/** Writes the members of a start as a guard is shown them: all there is. It goes no further. */
export function writeAsked(walker: Walker, span: Span): void {
  const options = span._options as (SpanOptions & { readonly [HIDDEN]?: unknown }) | undefined;
  const policy = showing(span._opened.policy);
  writeStart(walker, span, policy);
  if (options?.[HIDDEN] !== undefined) writeContent(walker, "input", options[HIDDEN], policy);
}

/** Names of members on the way to the native half. */
const NAMES: Readonly<Record<string, string>> = {
  warnAt: "warn_at",
  reserveOutputTokens: "reserve_output_tokens",
  cachedInput: "cached_input",
};

/** Limits as the native half reads them, and what hears of warnings. */
export function plainGuards(given: object): { readonly limits: object; readonly onWarning: Guards["onWarning"] } {
  const { onWarning, ...limits } = given as Guards & { readonly [name: string]: unknown };
  if (onWarning !== undefined && typeof onWarning !== "function")
    throw new TypeError("onWarning: a function is expected");
  const rates = limits["rates"];
  return { limits: { ...renamed(limits), ...(isObject(rates) && { rates: eachRenamed(rates) }) }, onWarning };
}

function eachRenamed(rates: object): object {
  return Object.fromEntries(
    Object.entries(rates).map(([model, rate]) => [model, isObject(rate) ? renamed(rate) : rate]),
  );
}

function renamed(members: object): object {
  const given = Object.entries(members).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given.map(([name, value]) => [NAMES[name] ?? name, value]));
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether calls of this kind are checked. */
export function isGuarded(kind: string, options: object | undefined): boolean {
  return GUARDED.has(kind) && !(options !== undefined && UNGUARDED in options);
}

/** All there is, whatever of it may be recorded. */
function showing(policy: Policy): Policy {
  return { leftOut: undefined, mask: undefined, problems: policy.problems };
}

/** Acts by what the native half said: throws for a stop, tells the program of a warning. */
export function obey(text: string, onWarning: Guards["onWarning"], problems: Problems): void {
  const { code, reservation: _, ...said } = JSON.parse(text) as Verdict & { code?: string; reservation?: number };
  const verdict: Verdict = { ...said, unpriced: said.unpriced === true };
  if (verdict.decision === "stop") {
    throw code === LoopDetected.CODE ? new LoopDetected(verdict) : new BudgetExceeded(verdict);
  }
  try {
    onWarning?.(verdict);
  } catch (error) {
    problems.count("guard_warning_failed", `onWarning threw ${typeName(error)}`);
  }
}

/** What a call that has ended says of itself to the guards. */
export interface Spent {
  readonly output: unknown;
  readonly hasOutput: boolean;
  readonly ending: Ending | undefined;
  readonly policy: Policy;
}

/** Writes it, likewise. */
export const writeSpent = (walker: Walker, { output, hasOutput, ending, policy }: Spent): void => {
  if (hasOutput) writeContent(walker, "output", output, showing(policy));
  if (ending !== undefined) writeEnding(walker, ending);
};

/** What a client's guards know: `client.guards`. */
export class GuardsView {
  readonly #ask: (sessionId: string | undefined, traceId: string | undefined) => string | undefined;

  /** @internal */
  constructor(ask: (sessionId: string | undefined, traceId: string | undefined) => string | undefined) {
    this.#ask = ask;
  }

  /**
   * Where a session stands, or a run by its trace id; without either the calls that belong to neither.
   *
   * @returns `undefined` where there are no guards, or no call of it was checked.
   *
   * @example
   * ```ts
   * console.log(client.guards.status("chat-7")?.money.used);
   * ```
   */
  status(sessionId?: string, of: { readonly traceId?: string } = {}): GuardStatus | undefined {
    const text = this.#ask(sessionId, of.traceId);
    return text === undefined ? undefined : (JSON.parse(text) as GuardStatus);
  }
}

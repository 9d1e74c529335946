/**
 * A configured recorder, with what delivers for it.
 *
 * @module
 */
import { deliver } from "#delivery";
import { platform } from "#platform";
import { add, type Delivery, type DeliveryReport } from "../exporters/delivery.ts";
import { exportersFrom } from "../exporters/make.ts";
import { encode } from "../formats/index.ts";
import { FEEDBACK, LOG, METRIC, type NativeModule, type NativeRecorder, POINT_EVENT } from "../native/contract.ts";
import { limitsOf } from "../values/limits.ts";
import { leftOutBy, withoutContent } from "./capture.ts";
import type { BrowserOptions, Settings } from "./config.ts";
import { SpanContext } from "./context.ts";
import type { SpanOptions } from "./fields.ts";
import { type Guards, hidesInput, isGuarded, obey, writeAsked, writeSpent } from "./guards.ts";
import { type Ending, type Point, writePoint, writeStart } from "./members.ts";
import { stepOf } from "./parents.ts";
import { type Current, currentPlace, NOWHERE, Place } from "./place.ts";
import { type Problems, say, shown, textOf, typeName } from "./problems.ts";
import { prepareProcess } from "./propagation.ts";
import { Pen } from "./record.ts";
import { type Counts, EMPTY_COUNTS, type NativeCounts, statsOf } from "./report.ts";
import type { Make, PointType, Where } from "./seat.ts";
import type { Span } from "./span.ts";
import type { Policy } from "./writing.ts";

/** Opens the native recorder; a test injects a clock and ids here. */
export type Opener = (native: NativeModule, options: string) => NativeRecorder;

const OPERATIONS: Readonly<Record<PointType, number>> = {
  event: POINT_EVENT,
  log: LOG,
  metric: METRIC,
  feedback: FEEDBACK,
};

/** What guards look at, of what can be left out. */
const SHOWN = ["input", "attributes", "output"];

const OPEN: Opener = (native, options) => native.open(options);

/** A recorder, its settings, and its exporters. */
export class Opened {
  readonly problems: Problems;
  readonly policy: Policy;
  readonly rootFields: ReadonlyMap<string, readonly [wire: string, value: string]> | undefined;
  /** Absent where nothing is recorded: switched off, or there is no native half. */
  readonly recorder: NativeRecorder | undefined;
  /** Writes records; there only with a recorder. */
  readonly pen!: Pen;
  readonly delivery: Delivery | undefined;
  /** Whether calls are checked before they begin. */
  readonly hasGuards: boolean = false;
  readonly #onWarning: Guards["onWarning"];
  /** Whether records say all that guards are shown of calls, so that one is both. */
  readonly #showsCalls: boolean = false;
  /** What never reached the native half, by reason. */
  readonly #lost: Record<string, number> = {};
  #isDisabled: boolean;
  #isClosed = false;
  #reference: WeakRef<Opened> | undefined;

  constructor(settings: Settings, problems: Problems, browser: BrowserOptions | undefined, open: Opener = OPEN) {
    this.problems = problems;
    this.#isDisabled = settings.values.disabled === true;
    this.policy = policyOf(settings, problems);
    this.rootFields = settings.rootFields;
    if (this.#isDisabled) return;
    const { mode } = settings;
    const exporters = exportersFrom(settings.values.exporters, problems);
    let native: NativeModule;
    try {
      native = platform.native();
      const limits = boundsOf(settings);
      const opened = openWith(native, open, nativeOptions(settings, [...exporters.keys()]), problems);
      this.recorder = opened.recorder;
      // What rules would have removed, nobody knows.
      if (opened.lacksRules) this.policy = { ...this.policy, leftOut: withoutContent(this.policy.leftOut) };
      this.hasGuards = settings.limits !== undefined;
      this.#onWarning = settings.onWarning;
      const { leftOut, mask } = this.policy;
      this.#showsCalls = mask === undefined && !SHOWN.some((name) => leftOut?.has(name));
      this.pen = new Pen(this.recorder, limitsOf(limits), {
        notices: sayAll,
        failed: (error) => {
          add(this.#lost, { internal_error: 1 });
          problems.count("internal_error", textOf(error));
        },
      });
    } catch (error) {
      problems.count("unavailable", `nothing is recorded: ${error instanceof Error ? error.message : textOf(error)}`);
      return;
    }
    prepareProcess();
    this.delivery = deliver({ native, recorder: this.recorder, exporters, mode, warn: say, browser });
    this.#reference = new WeakRef(this);
    live.add(this.#reference);
    if (!isHooked) {
      isHooked = true;
      platform.atExit(closeAll);
    }
  }

  /** Begins a step below what `options` say, else below `above`, else below the current one. */
  begin<S extends Span>(make: Make<S>, name: string, options: SpanOptions | undefined, above?: Current): S {
    let kind: string = "step";
    let correlationId: string | undefined;
    let traceState: string | undefined;
    let place = above;
    if (options !== undefined) {
      try {
        const given = options;
        if (given.kind !== undefined) kind = textOf(given.kind);
        if (given.correlationId !== undefined && given.correlationId !== null)
          correlationId = textOf(given.correlationId);
        if (given.parent !== undefined) place = this.placeOf(given.parent);
        if (given.traceState !== undefined && given.traceState !== null) traceState = "";
      } catch (error) {
        this.problems.noteLater(
          "unreadable_value",
          `options: a value threw ${typeName(error)} while it was read`,
          error,
        );
      }
    }
    place ??= currentPlace();
    if (!place._isStep) {
      correlationId ??= place._correlationId;
      traceState ??= place._traceState;
    }
    const span = new make(this, name, options, place);
    if (this.recorder === undefined) {
      this.lose();
    } else {
      const { pen } = this;
      const state = place._state;
      const isCall = this.hasGuards && isGuarded(kind, options);
      if (isCall && this.#showsCalls && !hidesInput(options)) {
        span._state = pen.call(kind, state, correlationId, traceState || undefined, writeStart, span);
        if (pen.verdict !== undefined) obey(pen.verdict, this.#onWarning, this.problems);
      } else {
        if (isCall) this.#check(span, kind, place, correlationId);
        span._state = pen.start(kind, state, correlationId, traceState || undefined, writeStart, span);
      }
    }
    span._options = undefined;
    if (this.problems.owed !== undefined) this.problems.settle();
    return span;
  }

  /** @throws `GuardStop` where the call must not begin. */
  #check(span: Span, kind: string, place: Current, correlationId: string | undefined): void {
    const { reservation, verdict } = this.pen.check(kind, place._state, correlationId, writeAsked, span);
    if (verdict !== undefined) obey(verdict, this.#onWarning, this.problems);
    span._reservation = reservation;
  }

  /** Tells the guards what a call used that has ended. */
  settleGuards(
    reservation: number,
    status: string,
    output: { readonly value: unknown } | undefined,
    ending: Ending | undefined,
  ): void {
    const spent = { output: output?.value, hasOutput: output !== undefined, ending, policy: this.policy };
    this.pen.settle(reservation, status, writeSpent, spent);
  }

  /**
   * Records a point; its members have the names of the wire.
   *
   * @returns the context of an event; of the others that of the step that they belong to.
   */
  point(type: PointType, where: Where, members: Readonly<Record<string, unknown>>): SpanContext | undefined {
    const place = where.parent === undefined ? currentPlace() : this.placeOf(where.parent);
    const said = where.correlationId ?? members["correlation_id"] ?? (place._isStep ? undefined : place._correlationId);
    if (this.recorder === undefined) {
      this.lose();
      return undefined;
    }
    const correlationId = said === undefined || said === null ? undefined : textOf(said);
    const kind = where.kind === undefined || where.kind === null ? undefined : textOf(where.kind);
    const source: Point = { members, policy: this.policy };
    const state = this.pen.point(OPERATIONS[type], kind, place._state, correlationId, writePoint, source);
    this.settle();
    if (type === "event") return new SpanContext(state);
    return place._state && new SpanContext(place._state);
  }

  /** What a `parent` argument stands for; nowhere, counted, for what is none. */
  placeOf(parent: unknown): Current {
    if (parent === null) return NOWHERE;
    const found = stepOf(parent);
    if (found === undefined) {
      this.problems.noteLater(
        "invalid_parent",
        `not a step, a context or a traceparent: ${shown(parent)}; a new trace begins`,
      );
      return NOWHERE;
    }
    return "_isStep" in found
      ? (found as Span)
      : new Place((found as SpanContext)._state, (found as SpanContext).traceState);
  }

  /** Whether nothing is recorded any more. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Counts a record that there is nobody to write. */
  lose(): void {
    if (!this.#isDisabled) add(this.#lost, { unavailable: 1 });
  }

  /** A step has ended: tells who delivers when no step above it is still going on. */
  stepEnded(above: Current | undefined): void {
    let next = above;
    while (next?._isStep && next._ended) next = next._above;
    if (!next?._isStep) this.delivery?.runEnded();
  }

  /** Throws what strict mode owes. */
  settle(): void {
    if (this.problems.owed !== undefined) this.problems.settle();
  }

  /** Delivers what the mode delivers, and counts. */
  async flush(timeoutMillis: number): Promise<Counts> {
    const counts = this.#counts(this.recorder?.flush());
    return this.#delivered(counts, await this.delivery?.flush(timeoutMillis));
  }

  /** Closes the journal, delivers, and lets go of the exporters. */
  async close(timeoutMillis: number): Promise<Counts> {
    this.#forget();
    // The journal first, so that the exporters get the envelope that closes it.
    const counts = this.#counts(this.recorder?.close());
    return this.#delivered(counts, await this.delivery?.close(timeoutMillis));
  }

  /** What is withheld is known when it has been delivered. */
  #delivered(counts: Counts, delivered: DeliveryReport | undefined): Counts {
    if (delivered === undefined) return counts;
    return { ...together(counts, delivered), withheld: statsOf(this.recorder?.stats()).withheld };
  }

  /** Another recorder takes its place: what is left is delivered beside the program. */
  replaced(timeoutMillis: number): void {
    this.close(timeoutMillis).catch((error: unknown) => this.problems.count("internal_error", textOf(error)));
  }

  /** The process ends: nothing can be waited for. */
  closeNow(): void {
    if (this.#isClosed) return;
    this.#forget();
    try {
      this.recorder?.close();
    } finally {
      this.delivery?.closeNow();
    }
  }

  #forget(): void {
    this.#isClosed = true;
    if (this.#reference !== undefined) live.delete(this.#reference);
  }

  #counts(report: string | undefined): Counts {
    sayAll(this.recorder?.takeNotices() ?? []);
    const counts = report === undefined ? EMPTY_COUNTS : { ...EMPTY_COUNTS, ...(JSON.parse(report) as NativeCounts) };
    return { ...counts, dropped: { ...counts.dropped, ...this.#lost } };
  }
}

function sayAll(sentences: readonly string[]): void {
  if (sentences.length > 0) say(sentences.join("; "));
}

/** Recorders that the end of the process has to close. They may be collected before: nobody else knows of them then. */
const live = /* @__PURE__ */ new Set<WeakRef<Opened>>();
let isHooked = false;

function closeAll(): void {
  for (const reference of [...live]) {
    try {
      reference.deref()?.closeNow();
    } catch {
      // The process ends: there is nobody left to tell, and the others are to be closed all the same.
    }
  }
}

function openWith(native: NativeModule, open: Opener, options: NativeOptions, problems: Problems): OpenedNative {
  try {
    return { recorder: open(native, JSON.stringify(options)), lacksRules: false };
  } catch (error) {
    const { code, message } = refusalOf(error);
    const fix = message.endsWith(KEYS_ALONE) ? `; ${WITH_RULES}` : "";
    if (code?.startsWith("redact_")) {
      problems.count("configuration", `${message}${fix}; inputs and outputs are not recorded`);
      const { redact, redact_key, redact_at, ...others } = options;
      return { recorder: open(native, JSON.stringify(others)), lacksRules: true };
    }
    const lacksRules = options.redact.length > 0;
    const instead = lacksRules ? ", and inputs and outputs are not recorded" : "";
    problems.count("configuration", `${message}; the defaults are used${instead}`);
    return { recorder: open(native, JSON.stringify({ seed: options.seed, resource: options.resource })), lacksRules };
  }
}

/** What the module without rules says, and where the one with them is. */
const KEYS_ALONE = "only keys are known here";
const WITH_RULES = "init({ wasm }) with the bytes of tracewire/tracewire-rules.wasm knows the others";

interface OpenedNative {
  readonly recorder: NativeRecorder;
  /** Whether there were rules of redaction that it has not. */
  readonly lacksRules: boolean;
}

function policyOf(settings: Settings, problems: Problems): Policy {
  const { capture, mask } = settings.values;
  return { leftOut: leftOutBy(capture), mask, problems };
}

function refusalOf(error: unknown): { code?: string; message: string } {
  const message = error instanceof Error ? error.message : textOf(error);
  try {
    return JSON.parse(message) as { code: string; message: string };
  } catch {
    return { message };
  }
}

interface NativeOptions {
  readonly seed: string;
  readonly resource: object;
  readonly redact: readonly string[];
  readonly redact_at: string | undefined;
  readonly redact_key: string | undefined;
  readonly [name: string]: unknown;
}

function nativeOptions(settings: Settings, sinks: readonly string[]): NativeOptions {
  const { values } = settings;
  const seed = crypto.getRandomValues(new Uint8Array(16));
  return {
    dir: values.dir,
    mode: settings.mode,
    resource: { ...settings.resource, ...wireForm(values.resource) },
    redact: values.redact ?? [],
    redact_at: values.redactAt,
    redact_key: values.redactKey,
    media: values.media,
    sinks,
    sampling: values.sampling,
    tail: values.tail,
    when_full: values.whenFull,
    limits: boundsOf(settings),
    quota_bytes: values.quotaBytes ?? platform.defaults?.quota_bytes,
    file_bytes: values.fileBytes ?? platform.defaults?.file_bytes,
    fsync: values.fsync ?? false,
    store: values.store ?? true,
    guards: settings.limits,
    seed: Array.from(seed, (byte) => byte.toString(16).padStart(2, "0")).join(""),
  };
}

/** Bounds of records and envelopes that differ from the native half's own. */
function boundsOf(settings: Settings): Readonly<Record<string, number>> {
  return { ...platform.defaults?.limits, ...settings.values.limits };
}

/** An object of the host's as JSON in wire form, by the same walk as every recorded value. */
function wireForm(value: unknown): object {
  return value === undefined ? {} : (JSON.parse(encode(value, "json", { lenient: true })) as object);
}

function together(counts: Counts, delivered: DeliveryReport): Counts {
  const dropped: Record<string, number> = { ...counts.dropped };
  add(dropped, delivered.dropped);
  const { sent, pending, durable, errors, exporters } = delivered;
  return { ...counts, sent, pending, dropped, errors, exporters, ...(durable !== undefined && { durable }) };
}

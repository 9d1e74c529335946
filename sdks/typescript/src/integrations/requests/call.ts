/**
 * One request to a model as a step: from the call to the last piece of its answer.
 *
 * @module
 */

import { Chunks } from "../../recording/chunks.ts";
import type { Client } from "../../recording/client.ts";
import type { SpanContext } from "../../recording/context.ts";
import type { SpanOptions, Usage } from "../../recording/fields.ts";
import type { Span } from "../../recording/span.ts";
import { count, known, member, text } from "../reading.ts";
import { guarded } from "../recorder.ts";

/** What an answer says. */
export interface Answer {
  readonly output?: unknown;
  readonly attributes: Record<string, unknown>;
  readonly tokens?: Usage | undefined;
  /** What the provider says went wrong, in an answer that is no error for the client. */
  readonly failure?: { readonly type: string; readonly message?: string | undefined } | undefined;
}

/** Reads one answer, of whatever provider. */
export interface Reader {
  /** Takes in one item of a stream; gives what to record of it. */
  item(item: unknown): unknown;
  /** Takes in an answer that came in one piece. */
  whole(body: unknown): void;
  /** Whether all of the answer has been seen. */
  readonly isComplete: boolean;
  /** What has been seen so far; asked for once, at the end. */
  answer(): Answer;
  /** Which step it was that has ended. */
  over?(step: SpanContext | undefined): void;
}

/** A request that is recorded. */
export interface Request {
  readonly name: string;
  readonly options: SpanOptions;
  readonly reader: Reader;
}

export class Call {
  readonly #recorder: Client;
  readonly #parent: SpanOptions["parent"];
  #step: Span | undefined;
  #reader: Reader | undefined;
  #signal: AbortSignal | undefined;
  #chunks: Chunks | undefined;
  #retries = 0;
  #isOver = false;

  /** Made where the request is made: what is current there is what the step belongs to, also if it begins later. */
  constructor(recorder: Client) {
    this.#recorder = recorder;
    this.#parent = recorder.currentSpan() ?? recorder.currentContext();
  }

  /**
   * Begins the step, now that it is known what is asked.
   *
   * @param signal - the caller's own, by which the request may be given up
   */
  begin(request: Request, signal: AbortSignal | undefined): void {
    this.#signal = signal;
    const parent = this.#parent === undefined ? {} : { parent: this.#parent };
    const step = this.#recorder.startSpan(request.name, { ...request.options, ...parent });
    this.#step = step;
    this.#reader = request.reader;
    // The time to the first chunk counts from here.
    this.#chunks = new Chunks(
      step,
      () => this.#recorder.monotonicMillis(),
      (name, chunks) => step.event(name, undefined, { chunks }),
    );
  }

  /** Whether there is a step. */
  get hasBegun(): boolean {
    return this.#step !== undefined;
  }

  /** Runs the request, inside the step if it has begun. */
  run<T>(work: () => T): T {
    return this.#step === undefined ? work() : this.#step.run(work);
  }

  /** The client tries again by itself. */
  retried(): void {
    this.#guard(() => this.#step?.event("retry", { "tracewire.retry.attempt": ++this.#retries }));
  }

  /** One item of a stream, before the caller gets it. */
  item(item: unknown): void {
    this.#guard(() => {
      const piece = this.#reader?.item(item);
      if (piece === undefined) this.#chunks?.arrived();
      else this.#chunks?.add("stream.chunks", piece);
    });
  }

  /** The whole answer, before the caller gets it. */
  whole(body: unknown): void {
    this.#guard(() => this.#reader?.whole(body));
    this.finish();
  }

  /** The answer's end. */
  finish(): void {
    this.#over((step) => {
      const failure = this.#tell(step);
      if (failure !== undefined) step.setError(failure.type, failure.message);
      step.end();
    });
  }

  /** The caller got the response and reads its body without the client's help. */
  bare(status: unknown): void {
    this.#over((step) => {
      step.set(known({ "http.response.status_code": count(status) }));
      step.end();
    });
  }

  /** The caller stopped listening. What was complete by then counts as complete. */
  stopped(message: string): void {
    if (this.#reader?.isComplete) this.finish();
    else this.#end(this.#givenUp(), message);
  }

  /** Something was thrown, which the caller gets. */
  failed(error: unknown): void {
    const kind = String(member(member(error, "constructor"), "name"));
    const message = text(member(error, "message"));
    const status = count(member(error, "status"));
    // By what they say, too: classes of a bundled program have lost their names.
    const isAbort =
      kind === "APIUserAbortError" ||
      member(error, "name") === "AbortError" ||
      (status === undefined && message === "Request was aborted.");
    if (this.#signal?.aborted || isAbort) {
      this.#end(this.#givenUp(), message ?? "aborted");
      return;
    }
    if (kind === "APIConnectionTimeoutError" || (status === undefined && message === "Request timed out.")) {
      this.#end("timeout", message);
      return;
    }
    this.#over((step) => {
      this.#tell(step);
      // Anthropic's errors have a body with an error in it.
      const inner = member(member(error, "error"), "error") ?? member(error, "error");
      const type = text(member(error, "code")) ?? text(member(inner, "code")) ?? text(member(inner, "type"));
      step.set(
        known({
          "error.type": type ?? (status === undefined ? kind : String(status)),
          "http.response.status_code": status,
        }),
      );
      step.fail(error);
    });
  }

  /** What it is when the caller's signal ends it: one that was made by `AbortSignal.timeout` says so. */
  #givenUp(): "cancelled" | "timeout" {
    const isTimeout = this.#signal?.aborted === true && member(this.#signal.reason, "name") === "TimeoutError";
    return isTimeout ? "timeout" : "cancelled";
  }

  #end(status: "cancelled" | "timeout", message: string | undefined): void {
    this.#over((step) => {
      this.#tell(step);
      step.setStatus(status, message).end();
    });
  }

  /** Tells the step what is known of the answer. */
  #tell(step: Span): Answer["failure"] {
    const answer = this.#reader?.answer();
    if (answer === undefined) return undefined;
    const { output, attributes, tokens, failure } = answer;
    step.set(attributes);
    if (tokens !== undefined) step.usage(tokens);
    if (output !== undefined) step.offerOutput(output);
    this.#chunks?.end();
    this.#reader?.over?.(step.context);
    return failure;
  }

  #over(work: (step: Span) => void): void {
    const step = this.#step;
    if (this.#isOver || step === undefined) return;
    this.#isOver = true;
    this.#guard(() => work(step));
    // Whatever came in between, a step that is over has an end.
    if (!step.ended) this.#guard(() => step.end());
  }

  #guard(work: () => void): void {
    guarded(this.#recorder, work);
  }
}

/**
 * One connection of the Model Context Protocol, observed at its transport: what is sent and what comes, in both
 * directions.
 *
 * @module
 */

import type { Client } from "../../recording/client.ts";
import type { SpanContext } from "../../recording/context.ts";
import { unguarded } from "../../recording/guards.ts";
import type { Span } from "../../recording/span.ts";
import { isFunction, isThenable, type Members, member, members, replace, text } from "../reading.ts";
import { guarded } from "../recorder.ts";
import { type Direction, metaOf, outcomeOf, stepOf } from "./messages.ts";

const OBSERVED = Symbol.for("tracewire.observed");

type Handler = (...given: unknown[]) => unknown;

/**
 * Observes a transport. Once is enough: whoever does it again changes nothing.
 *
 * @param transport - sends by `send`, and tells what comes by `onmessage` and `onclose`
 */
export function observeTransport(transport: object, recorder: () => Client): void {
  if (member(transport, OBSERVED) === true) return;
  replace(transport, OBSERVED, true);
  const connection = new Connection(transport, recorder);
  const send = member(transport, "send") as Handler;
  replace(transport, "send", function (this: unknown, ...given: unknown[]): unknown {
    return connection.send(given, (again) => send.apply(this, again));
  });
  around(
    transport,
    "onmessage",
    (handle) =>
      (...given) =>
        connection.receive(given[0], () => handle(...given)),
  );
  around(transport, "onclose", (handle) => (...given) => {
    connection.close();
    return handle(...given);
  });
}

/** Puts something around a handler: the one that is set, and each that will be. */
function around(transport: object, name: string, wrapped: (handle: Handler) => Handler): void {
  const accessor = accessorOf(transport, name);
  let current: unknown;
  const set = (handler: unknown): void => {
    current = isFunction(handler) ? wrapped((...given) => handler.apply(transport, given)) : handler;
    accessor?.set?.call(transport, current);
  };
  set(member(transport, name));
  Object.defineProperty(transport, name, { configurable: true, enumerable: true, get: () => current, set });
}

/** Transports that stand in front of another one hand their handlers on by an accessor. */
function accessorOf(object: object, name: string): PropertyDescriptor | undefined {
  for (let owner: object | null = object; owner !== null; owner = Object.getPrototypeOf(owner)) {
    const found = Object.getOwnPropertyDescriptor(owner, name);
    if (found !== undefined) return found.set === undefined ? undefined : found;
  }
  return undefined;
}

/** A request that waits for its answer. */
interface Waiting {
  readonly step: Span;
  readonly method: string;
  readonly progressToken: unknown;
}

class Connection {
  readonly #transport: object;
  readonly #recorder: () => Client;
  /** By the ids of requests: those that were sent, and those that came. */
  readonly #sent = new Map<unknown, Waiting>();
  readonly #received = new Map<unknown, Waiting>();
  #version: string | undefined;
  #handling: unknown;

  constructor(transport: object, recorder: () => Client) {
    this.#transport = transport;
    this.#recorder = recorder;
  }

  /** Sends a message; a request carries the context of its step. */
  send(given: unknown[], pass: (given: unknown[]) => unknown): unknown {
    const recorder = this.#recorder();
    const message = members(given[0]);
    if (message === undefined) return pass(given);
    if (!isRequest(message)) {
      guarded(recorder, () => this.#told(message, "sent"));
      return pass(given);
    }
    const step = guarded(recorder, () =>
      isOurs(message, recorder) ? undefined : this.#begin(message, "sent", undefined),
    );
    if (step === undefined) return pass(given);
    const failed = (error: unknown): never => {
      this.#sent.delete(message["id"]);
      guarded(recorder, () => step.fail(error));
      throw error;
    };
    let result: unknown;
    try {
      const traced = guarded(recorder, () => withContext(message, step, recorder)) ?? message;
      result = step.run(() => pass([traced, ...given.slice(1)]));
    } catch (error) {
      return failed(error);
    }
    guarded(recorder, () => {
      const signal = member(given[1], "requestSignal");
      const abort = () => this.#end(this.#sent, message["id"], (one) => one.setStatus("cancelled", "aborted"));
      if (signal instanceof EventTarget) signal.addEventListener("abort", abort, { once: true });
    });
    return isThenable(result) ? result.then(undefined, failed) : result;
  }

  /** Handles a message that came; what a request sets off is part of its step. */
  receive(raw: unknown, handle: () => unknown): unknown {
    const message = members(raw);
    // A handler may call the one before it with the same message.
    if (message === undefined || this.#handling === message) return handle();
    const recorder = this.#recorder();
    const outer = this.#handling;
    this.#handling = message;
    try {
      if (!isRequest(message)) {
        guarded(recorder, () => this.#told(message, "received"));
        return handle();
      }
      const step = guarded(recorder, () => this.#begin(message, "received", recorder.extract(metaOf(message))));
      return step === undefined ? handle() : step.run(handle);
    } finally {
      this.#handling = outer;
    }
  }

  /** Nothing will come any more. */
  close(): void {
    for (const id of [...this.#sent.keys()]) {
      this.#end(this.#sent, id, (step) => {
        step.set({ "error.type": "connection_closed" });
        step.setStatus("error", "the connection was closed before the answer came");
      });
    }
    for (const id of [...this.#received.keys()]) {
      this.#end(this.#received, id, (step) => step.setStatus("cancelled", "the connection was closed"));
    }
  }

  #begin(message: Members, direction: Direction, parent: SpanContext | undefined): Span | undefined {
    const sessionId = member(this.#transport, "sessionId");
    const found = stepOf(message, direction, { version: this.#version, sessionId });
    const waiting = direction === "sent" ? this.#sent : this.#received;
    if (found === undefined) return undefined;
    const recorder = this.#recorder();
    // Whoever asks what there is, outside of any step, begins no trace by it.
    if (String(message["method"]).endsWith("/list") && (parent ?? recorder.currentContext()) === undefined)
      return undefined;
    // What comes has to be answered; the tool's own step is where a guard can stop it.
    const known = direction === "received" ? unguarded(found.options) : found.options;
    const options = parent === undefined ? known : { ...known, parent };
    const step = recorder.startSpan(found.name, options);
    const progressToken = metaOf(message)["progressToken"];
    waiting.set(message["id"], { step, method: String(message["method"]), progressToken });
    return step;
  }

  /** An answer or a notification. */
  #told(message: Members, direction: Direction): void {
    const method = text(message["method"]);
    const [asked, served] = direction === "sent" ? [this.#received, this.#sent] : [this.#sent, this.#received];
    if (method === undefined) this.#answered(asked, message);
    else if (method === "notifications/cancelled") {
      const reason = text(member(message["params"], "reason"));
      const status = reason !== undefined && /timed? ?out/i.test(reason) ? "timeout" : "cancelled";
      this.#end(served, member(message["params"], "requestId"), (step) => step.setStatus(status, reason));
    } else if (method === "notifications/progress") {
      const { progressToken, _meta: _, ...data } = members(message["params"]) ?? {};
      for (const { step, progressToken: token } of asked.values()) {
        if (token !== undefined && token === progressToken)
          step.event("progress", { "mcp.method.name": method }, { data });
      }
    }
  }

  #answered(waiting: Map<unknown, Waiting>, message: Members): void {
    const result = message["result"];
    this.#version = text(member(result, "protocolVersion")) ?? this.#version;
    const error = members(message["error"]);
    this.#end(waiting, message["id"], (step, method) => {
      if (error !== undefined) {
        const code = String(error["code"]);
        step.set({ "error.type": code, "rpc.response.status_code": code });
        step.setStatus("error", text(error["message"]));
        return;
      }
      const { output, failure } = outcomeOf(method, result);
      step.offerOutput(output);
      if (failure === undefined) return;
      step.set({ "error.type": failure.type });
      step.setStatus("error", failure.message);
    });
  }

  #end(waiting: Map<unknown, Waiting>, id: unknown, say: (step: Span, method: string) => void): void {
    const found = waiting.get(id);
    if (found === undefined) return;
    waiting.delete(id);
    guarded(this.#recorder(), () => {
      say(found.step, found.method);
      found.step.end();
    });
  }
}

function isRequest(message: Members): boolean {
  return typeof message["method"] === "string" && message["id"] !== undefined;
}

/** Whether a helper of ours has made the step of this request already: it carries the context of the current one. */
function isOurs(message: Members, recorder: Client): boolean {
  const traceparent = metaOf(message)["traceparent"];
  return traceparent !== undefined && traceparent === member(recorder.inject({}), "traceparent");
}

/** The same request, below a step. The caller's objects are left as they are. */
function withContext(message: Members, step: Span, recorder: Client): Members {
  const _meta = step.run(() => recorder.inject({ ...metaOf(message) }));
  if (Object.keys(_meta).length === 0) return message;
  return { ...message, params: { ...members(message["params"]), _meta } };
}

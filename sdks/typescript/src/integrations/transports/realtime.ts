/**
 * A realtime session over a WebSocket: a step as long as the connection is open, and each response of the model a step
 * below it. The session's object stays what it is: it is listened to as by anybody else, and its `send` is looked at.
 *
 * @module
 */

import type { Client } from "../../recording/client.ts";
import { unguarded } from "../../recording/guards.ts";
import type { Span } from "../../recording/span.ts";
import { RealtimeReader, requestOf, sessionFacts, transcriptOf } from "../providers/openai-realtime.ts";
import { count, isFunction, known, list, member, members, replace, text } from "../reading.ts";
import { guarded } from "../recorder.ts";
import { Call } from "../requests/call.ts";

const OBSERVED = Symbol.for("tracewire.observed");

/** Sessions that say much and are never answered must not fill the memory. */
const MOST_ITEMS = 1000;

/** Whether something is a realtime session of the `openai` package. */
export function isRealtime(value: unknown): value is object {
  return (
    isFunction(member(value, "on")) &&
    isFunction(member(value, "send")) &&
    isFunction(member(member(value, "socket"), "addEventListener"))
  );
}

/** Observes a session. Once is enough: whoever does it again changes nothing. */
export function observeRealtime(realtime: object, recorder: Client, provider: string | undefined): void {
  if (member(realtime, OBSERVED) === true) return;
  if (!Object.isExtensible(realtime)) {
    recorder.problem("cannot_wrap", "wrap() takes a session that is not frozen: wrap it first, then freeze it");
    return;
  }
  replace(realtime, OBSERVED, true);
  const session = new Session(realtime, recorder, provider);
  for (const name of ["send", "sendResponseCreate"]) {
    const send = member(realtime, name);
    if (!isFunction(send)) continue;
    replace(realtime, name, function (this: unknown, ...given: unknown[]): unknown {
      guarded(recorder, () => session.sent(given[0]));
      return send.apply(this, given);
    });
  }
  const on = member(realtime, "on") as (name: string, listener: (...given: unknown[]) => void) => unknown;
  on.call(realtime, "event", (event) => guarded(recorder, () => session.came(event)));
  const closed = (code: unknown, reason: unknown) => guarded(recorder, () => session.closed(code, reason));
  // A session that connects again by itself says when it is over; its first socket does not know.
  on.call(realtime, "close", closed);
  if (member(realtime, "_recovery") !== undefined) return;
  const socket = member(realtime, "socket");
  const listen = member(socket, "addEventListener") as (name: string, listener: (event: unknown) => void) => void;
  listen.call(socket, "close", (event) => closed(member(event, "code"), member(event, "reason")));
}

class Session {
  readonly #recorder: Client;
  readonly #step: Span;
  readonly #facts: Record<string, unknown>;
  readonly #responses = new Map<unknown, { readonly call: Call; readonly reader: RealtimeReader }>();
  /** What has been said since the last response. */
  #said: unknown[] = [];
  #asked: unknown;
  #soundBytes = 0;

  constructor(realtime: object, recorder: Client, provider: string | undefined) {
    this.#recorder = recorder;
    this.#facts = sessionFacts(realtime, provider);
    const model = text(this.#facts["gen_ai.request.model"]);
    const name = model === undefined ? "realtime" : `realtime ${model}`;
    this.#step = recorder.startSpan(name, { kind: "stream", attributes: this.#facts });
  }

  /** The program says something. */
  sent(event: unknown): void {
    switch (member(event, "type")) {
      case "conversation.item.create":
        this.#say(member(event, "item"));
        return;
      case "input_audio_buffer.append":
        this.#soundBytes += Math.floor(((text(member(event, "audio")) ?? "").length * 3) / 4);
        return;
      case "response.create":
        this.#asked = member(event, "response");
        return;
      case "session.update":
        this.#step.event("session.update", undefined, { data: member(event, "session") });
        return;
      default:
        return;
    }
  }

  /** The model's side says something. */
  came(event: unknown): void {
    const type = text(member(event, "type")) ?? "";
    const transcript = transcriptOf(event);
    if (transcript !== undefined) {
      this.#say({ type: "message", role: "user", content: [{ type: "input_audio", transcript }] });
    } else if (type === "error") {
      this.#step.event("error", undefined, { data: members(member(event, "error")) });
    } else if (type === "response.created") {
      this.#begin(member(event, "response"));
    } else if (type.startsWith("response.")) {
      const id = member(event, "response_id") ?? member(member(event, "response"), "id");
      const response = this.#responses.get(id);
      if (type !== "response.done") response?.call.item(event);
      else {
        this.#responses.delete(id);
        const body = member(event, "response");
        response?.reader.whole(body);
        if (member(body, "status") === "cancelled") response?.call.stopped("cancelled");
        else response?.call.finish();
      }
    }
  }

  /** The connection is closed: what had no end has none. */
  closed(code: unknown, reason: unknown): void {
    for (const { call } of this.#responses.values()) call.stopped("the session was closed");
    this.#responses.clear();
    if (this.#step.ended) return;
    const number = count(code);
    if (number !== undefined && number !== 1000 && number !== 1005) {
      this.#step.set({ "error.type": String(number) });
      this.#step.setStatus("error", text(reason) ?? "the connection was lost");
    }
    this.#step.end();
  }

  #say(item: unknown): void {
    if (this.#said.length < MOST_ITEMS) this.#said.push(item);
  }

  #begin(response: unknown): void {
    const reader = new RealtimeReader();
    const call = this.#step.run(() => new Call(this.#recorder));
    const params = members(this.#asked) ?? {};
    const items = [...this.#said, ...list(params["input"])];
    const input = known({ messages: items.length > 0 ? items : undefined, sound_bytes: this.#soundBytes || undefined });
    const request = requestOf(this.#facts, response, { ...params, input: undefined }, input, reader);
    // The model is answering already: there is nothing left to stop.
    call.begin({ ...request, options: unguarded(request.options) }, undefined);
    this.#responses.set(member(response, "id"), { call, reader });
    this.#said = [];
    this.#asked = undefined;
    this.#soundBytes = 0;
  }
}

/**
 * Clients that send everything by their methods `post` and `get` and give promises that parse when they are asked, as those of
 * OpenAI, Anthropic and many others do. Their methods, helpers and promises stay theirs; only what passes through
 * those two is looked at.
 *
 * @module
 */
import type { Client } from "../../recording/client.ts";
import { isFunction, isThenable, member, replace } from "../reading.ts";
import { guarded } from "../recorder.ts";
import { Call, type Request } from "./call.ts";
import { type LazyPromise, observePromise, observeRaw, observing } from "./promise.ts";

/** A method of the client by which it sends. */
export type Method = "get" | "post";

/** What is asked of a server. */
export interface Asking {
  readonly method: Method;
  readonly path: string;
  /** What the caller gave where it is known, else what is sent. */
  readonly body: unknown;
  readonly query: unknown;
}

/** What is to be recorded of requests. */
export interface Describe {
  /** Whether a request to this path is one to a model. */
  matches(method: Method, path: string): boolean;
  /** What is asked; `undefined` for what is no such request after all. */
  request(asking: Asking): Request | undefined;
  /** Methods, by their way from the client, whose bodies are sent as forms that cannot be read: they are looked at before. */
  readonly forms?: readonly (readonly string[])[];
}

/** A call whose promise the client is about to make. */
interface Making {
  readonly call: Call;
  isObserved: boolean;
}

const OBSERVED = Symbol.for("tracewire.observed");
/** Stands in a request's options, through all copies that the client makes of them: which call it is. */
const CALL: unique symbol = Symbol("tracewire.call");

/**
 * Observes a client. Once is enough: whoever does it again changes nothing.
 *
 * @param client - anything with a method `post(path, { body })`
 * @param recorder - asked for at each request, so that it may come to be after this
 */
export function observeClient(client: object, recorder: () => Client, describe: Describe): void {
  const post = member(client, "post");
  if (!isFunction(post)) {
    recorder().problem("cannot_wrap", "wrap() takes a client of the official library: an object with a method post()");
    return;
  }
  if (member(post, OBSERVED) === true) return;
  if (!Object.isExtensible(client)) {
    recorder().problem("cannot_wrap", "wrap() takes a client that is not frozen: wrap it first, then freeze it");
    return;
  }
  let making: Making | undefined;
  /** What is given to a method whose body is sent as a form, while it makes its request. */
  let form: unknown;

  const send = (method: Method, original: (...given: unknown[]) => unknown) =>
    function (this: object, ...given: unknown[]): unknown {
      const [path, options, ...rest] = given;
      if (typeof path !== "string" || !describe.matches(method, path)) return original.apply(this, given);
      const into = recorder();
      const call = guarded(into, () => new Call(into));
      if (call === undefined) return original.apply(this, given);
      const known = form;
      const begin = (sent: unknown): unknown => {
        guarded(into, () => {
          const body = known ?? member(sent, "body");
          const request = describe.request({ method, path, body, query: member(sent, "query") });
          if (request !== undefined) call.begin(request, member(sent, "signal") as AbortSignal | undefined);
        });
        // The caller's own object stays as it is.
        return call.hasBegun ? { ...(sent as object), [CALL]: call } : sent;
      };
      // Newer clients put a request together in a promise.
      const asked = isThenable(options) ? options.then(begin) : begunOr(() => begin(options));
      let promise: unknown;
      const outer = making;
      const made: Making = { call, isObserved: false };
      making = made;
      try {
        promise = call.run(() => original.call(this, path, asked, ...rest));
      } catch (error) {
        call.failed(error);
        throw error;
      } finally {
        making = outer;
      }
      if (made.isObserved) return promise;
      return guarded(into, () => observePromise(promise, call)) ?? promise;
    };
  for (const method of ["post", "get"] as const) {
    const original = member(client, method);
    if (!isFunction(original)) continue;
    const observed = send(method, original);
    replace(observed, OBSERVED, true);
    replace(client, method, observed);
  }
  for (const way of describe.forms ?? []) {
    const owner = way.slice(0, -1).reduce<unknown>(member, client);
    const name = way.at(-1) as string;
    const original = member(owner, name);
    if (typeof owner !== "object" || owner === null || !isFunction(original)) continue;
    replace(owner, name, function (this: object, ...given: unknown[]): unknown {
      const outer = form;
      form = given[0];
      try {
        return original.apply(this, given);
      } finally {
        form = outer;
      }
    });
  }

  // Newer clients make their promises, and those that are derived from them, by this.
  const responsePromise = member(client, "responsePromise");
  if (isFunction(responsePromise)) {
    replace(client, "responsePromise", function (this: object, ...given: unknown[]): unknown {
      const made = making;
      const [response, parsing, ...rest] = given;
      const standard = member(this, "parseResponseWithTimeout");
      const parse = isFunction(parsing) ? parsing : isFunction(standard) ? standard.bind(this) : undefined;
      making = undefined;
      if (made === undefined || parse === undefined || !isThenable(response)) return responsePromise.apply(this, given);
      const seen = observing(made.call, parse);
      const promise = responsePromise.call(this, seen.request(response as Promise<unknown>), seen.parse, ...rest);
      observeRaw(promise as LazyPromise, seen);
      made.isObserved = true;
      return promise;
    });
  }
  // Whatever is sent, now or once it is put together, is sent inside the step: the caller's `fetch` belongs to it.
  const make = member(client, "makeRequest");
  if (isFunction(make)) {
    replace(client, "makeRequest", function (this: object, ...given: unknown[]): unknown {
      const [options, ...rest] = given;
      if (making === undefined || !isThenable(options)) return inside(options, () => make.apply(this, given));
      return options.then((known) => inside(known, () => make.call(this, known, ...rest)));
    });
  }
  const retry = member(client, "retryRequest");
  if (isFunction(retry)) {
    replace(client, "retryRequest", function (this: object, ...given: unknown[]): unknown {
      callOf(given[0])?.retried();
      return retry.apply(this, given);
    });
  }
  const withOptions = member(client, "withOptions");
  if (isFunction(withOptions)) {
    replace(client, "withOptions", function (this: object, ...given: unknown[]): unknown {
      const other = withOptions.apply(this, given);
      if (typeof other === "object" && other !== null) {
        guarded(recorder(), () => observeClient(other, recorder, describe));
      }
      return other;
    });
  }
}

/** What a guard stops is rejected where the client waits for it, since its methods give promises. */
function begunOr(begin: () => unknown): unknown {
  try {
    return begin();
  } catch (stop) {
    return Promise.reject(stop);
  }
}

function callOf(options: unknown): Call | undefined {
  return member(options, CALL) as Call | undefined;
}

function inside<T>(options: unknown, work: () => T): T {
  const call = callOf(options);
  return call === undefined ? work() : call.run(work);
}

/**
 * What comes of a request: a promise that parses the response when it is asked to, by `responsePromise` and
 * `parseResponse`. Its class and its helpers stay. Rejections stay unhandled where the caller does not handle them.
 *
 * @module
 */
import { isFunction, isThenable, member, replace } from "../reading.ts";
import type { Call } from "./call.ts";
import { endWith, observeStream, stillNeeded } from "./stream.ts";

/** The members of such a promise that are looked at. */
export interface LazyPromise {
  responsePromise: Promise<unknown>;
  parseResponse: (...given: unknown[]) => unknown;
  asResponse?: () => Promise<unknown>;
  _thenUnwrap?: (...given: unknown[]) => unknown;
}

/** A response and the parsing of it, observed. */
export interface Observed {
  readonly call: Call;
  readonly request: (response: Promise<unknown>) => Promise<unknown>;
  readonly parse: (...given: unknown[]) => Promise<unknown>;
  /** Whether somebody has asked for what the body says. */
  readonly isParsed: () => boolean;
}

/** Observes a response and its parsing. Where nobody can parse it any more, the call has ended. */
export function observing(call: Call, parse: (...given: unknown[]) => unknown): Observed {
  const keeper = {};
  let isParsed = false;
  endWith(keeper, call);
  return {
    call,
    isParsed: () => isParsed,
    request: (response) =>
      response.then(undefined, (error: unknown) => {
        call.failed(error);
        throw error;
      }),
    parse: async (...given) => {
      isParsed = true;
      stillNeeded(keeper);
      let body: unknown;
      try {
        body = await parse(...given);
      } catch (error) {
        call.failed(error);
        throw error;
      }
      taken(body, call);
      return body;
    },
  };
}

/** Observes a promise, in place where it is one that parses; gives the promise for the caller. */
export function observePromise(promise: unknown, call: Call): unknown {
  if (!isThenable(promise)) {
    call.finish();
    return promise;
  }
  const lazy = promise as unknown as LazyPromise;
  if (!isThenable(lazy.responsePromise) || !isFunction(lazy.parseResponse)) {
    return promise.then(
      (body) => {
        taken(body, call);
        return body;
      },
      (error: unknown) => {
        call.failed(error);
        throw error;
      },
    );
  }
  const { parseResponse } = lazy;
  const observed = observing(call, (...given) => parseResponse.apply(lazy, given));
  lazy.responsePromise = observed.request(lazy.responsePromise);
  lazy.parseResponse = observed.parse;
  observeRaw(lazy, observed);
  return promise;
}

/**
 * A caller that asks for the raw response may never have it parsed, so that is the end; also of promises derived
 * from this one.
 */
export function observeRaw(lazy: LazyPromise, observed: Observed): void {
  const { asResponse, _thenUnwrap: derive } = lazy;
  if (isFunction(asResponse)) {
    replace(lazy, "asResponse", async () => {
      const response = await asResponse.call(lazy);
      if (!observed.isParsed()) observed.call.bare(member(response, "status"));
      return response;
    });
  }
  if (isFunction(derive)) {
    replace(lazy, "_thenUnwrap", (...given: unknown[]) => {
      const derived = derive.apply(lazy, given);
      if (typeof derived === "object" && derived !== null) observeRaw(derived as LazyPromise, observed);
      return derived;
    });
  }
}

function taken(body: unknown, call: Call): void {
  const isStream = isFunction(member(body, Symbol.asyncIterator));
  if (!isStream || !observeStream(body as object, call)) call.whole(body);
}

/**
 * Observed functions: a call is a step. What the caller sees, returned, yielded, thrown or rejected, is what it was.
 *
 * An observed function stands for the original one in everything: `this`, `new`, name, length, properties and prototype are
 * those of the original, because it is a `Proxy` around it that has an eye on calls.
 *
 * **What is recorded as `input`.** JavaScript does not tell the names of parameters, so nothing is guessed: no argument is no
 * input, one argument is the input as it is, several are a list. With `parameters: ["query", "limit"]` they are an object by
 * those names, as the SDK for Python records them; arguments beyond them are its `args`.
 *
 * @module
 */
import { GuardStop } from "../errors.ts";
import { Course } from "./course.ts";
import type { Attributes, Kind, SpanOptions } from "./fields.ts";
import { follow } from "./follow.ts";
import { optionalText } from "./guard.ts";
import { withHidden } from "./guards.ts";
import type { Seat, Whose } from "./seat.ts";
import type { Span } from "./span.ts";

/** Any function. */
export type AnyFunction = (...given: never[]) => unknown;

/** Any class. */
export type AnyClass = abstract new (...given: never[]) => unknown;

/** How a function is observed. */
export interface WrapOptions {
  /** What the step is called; the function's name by default. */
  readonly name?: string | undefined;
  /** Facts that are the same for every call. */
  readonly attributes?: Attributes | undefined;
  /** Whether the arguments are recorded. */
  readonly captureInput?: boolean | undefined;
  /** Whether the result, or what a generator yields, is recorded. */
  readonly captureOutput?: boolean | undefined;
  /** What the arguments are called in the recorded input. */
  readonly parameters?: readonly string[] | undefined;
  /** The application's own id of the trace, for calls that belong to no step. */
  readonly correlationId?: string | undefined;
}

/** The same, with the kind of step. */
export interface ObserveOptions extends WrapOptions {
  /** What it is, from the registry of span kinds; `step` by default. */
  readonly kind?: Kind | undefined;
}

/** What is the same for each call of an observed function. */
export interface Call extends ObserveOptions {
  readonly name: string;
  /** Further options of a step that depend on the call. */
  readonly place?: ((args: readonly unknown[]) => SpanOptions | undefined) | undefined;
}

const observed = new WeakSet<object>();
const generators = new WeakMap<object, boolean>();

/** Whether calls of a function are steps already. */
export function isObserved(value: object): boolean {
  return observed.has(value);
}

/** Whether a function is a class: it cannot be called without `new`. */
export function isClass(value: unknown): boolean {
  if (typeof value !== "function") return false;
  const prototype = Object.getOwnPropertyDescriptor(value, "prototype");
  // Of functions that are no classes `prototype` is writable, or there is none; of generator functions too.
  return prototype !== undefined && prototype.writable === false;
}

/** Makes each call of a function a step. */
export function observeFunction<F extends AnyFunction>(whose: Whose, original: F, call: Call): F {
  const made = new Proxy(original, {
    apply: (target, self: unknown, args: unknown[]) => runObserved(whose(), call, target, self, args),
  });
  observed.add(made);
  return made;
}

/** Runs one call of a function as a step. */
export function runObserved(seat: Seat, call: Call, fn: AnyFunction, self: unknown, args: readonly unknown[]): unknown {
  const course = new Course(seat, () => begin(seat, call, args), call.captureOutput !== false, args);
  let result: unknown;
  try {
    // The body of a generator does not run yet: its step begins with its first part.
    const work = (): unknown => Reflect.apply(fn, self, args);
    result = isGeneratorFunction(fn) ? work() : course.run(work);
  } catch (error) {
    course.failed(error);
    // A guard stopped the call: whoever calls an async function waits for a promise.
    if (error instanceof GuardStop && hasTag(fn, "AsyncFunction")) return Promise.reject(error);
    throw error;
  }
  return follow(course, result);
}

function begin(seat: Seat, call: Call, args: readonly unknown[]): Span {
  const { kind = "step", attributes, correlationId } = call;
  const given = inputOf(args, call.parameters);
  const isHidden = call.captureInput === false;
  const facts: SpanOptions = { kind, attributes, input: isHidden ? undefined : given, correlationId };
  const options = isHidden ? withHidden(facts, given) : facts;
  const more = call.place?.(args);
  return seat.startSpan(call.name, more === undefined ? options : { ...options, ...more });
}

/** The arguments as they are recorded. */
export function inputOf(args: readonly unknown[], parameters?: readonly string[]): unknown {
  if (args.length === 0) return undefined;
  if (parameters === undefined) return args.length === 1 ? args[0] : args;
  const named = parameters.slice(0, args.length).map((name, index) => [name, args[index]]);
  if (args.length > parameters.length) named.push(["args", args.slice(parameters.length)]);
  return Object.fromEntries(named);
}

/** What a function's step is called. */
export function nameOf(original: AnyFunction | AnyClass, given: unknown, otherwise = "anonymous"): string {
  const { name } = original as { readonly name?: unknown };
  return optionalText(given) || (typeof name === "string" && name) || otherwise;
}

function hasTag(fn: object, tag: string): boolean {
  return Reflect.get(fn, Symbol.toStringTag) === tag;
}

function isGeneratorFunction(fn: object): boolean {
  let known = generators.get(fn);
  if (known === undefined) {
    known = hasTag(fn, "GeneratorFunction") || hasTag(fn, "AsyncGeneratorFunction");
    generators.set(fn, known);
  }
  return known;
}

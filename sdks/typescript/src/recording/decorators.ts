/**
 * Wrappers that are decorators too: `tool(fn)`, `tool("name", fn)`, `tool({ … }, fn)`, `@tool`, `@tool("name")`, `@tool({ … })`.
 *
 * Standard (stage 3) decorators go on methods, static and private ones too, on getters and setters, on `accessor`s and fields
 * that hold a function, and on classes, whose own public methods become steps named `Class.method`. Of decorators as
 * `experimentalDecorators` calls them, those on methods, getters and setters and classes do the same; a field's function is not
 * there yet when its decorator is called, which is said.
 *
 * @module
 */
import { optionalText } from "./guard.ts";
import { shown } from "./problems.ts";
import type { Whose } from "./seat.ts";
import {
  type AnyClass,
  type AnyFunction,
  type Call,
  isClass,
  isObserved,
  nameOf,
  observeFunction,
  type WrapOptions,
} from "./wrap.ts";

/** What a standard decorator of a method is told; `ClassMethodDecoratorContext` is one. */
export interface MethodContext {
  readonly kind: "method";
  readonly name: string | symbol;
  readonly static: boolean;
  readonly private: boolean;
}

/** A decorator, standard or `experimentalDecorators`, and a wrapper of functions. */
export interface Decorator {
  /** A method. */
  <F extends AnyFunction>(method: F, context: MethodContext): F;
  /** A field that holds a function. */
  <V extends AnyFunction | undefined>(
    value: undefined,
    context: ClassFieldDecoratorContext<never, V>,
  ): (initial: V) => V;
  /** An `accessor` that holds a function. */
  <This, V extends AnyFunction | undefined>(
    value: ClassAccessorDecoratorTarget<This, V>,
    context: ClassAccessorDecoratorContext<This, V>,
  ): ClassAccessorDecoratorResult<This, V>;
  /** A getter. */
  <This, V>(getter: (this: This) => V, context: ClassGetterDecoratorContext<This, V>): (this: This) => V;
  /** A setter. */
  <This, V>(
    setter: (this: This, value: V) => void,
    context: ClassSetterDecoratorContext<This, V>,
  ): (this: This, value: V) => void;
  /** A class. */
  <C extends AnyClass>(made: C, context: ClassDecoratorContext<C>): undefined;
  /** A method, getter or setter, by `experimentalDecorators`. */
  <V>(target: object, key: string | symbol, descriptor: TypedPropertyDescriptor<V>): TypedPropertyDescriptor<V>;
  /** A function, or a class by `experimentalDecorators`. */
  <T extends AnyFunction | AnyClass>(wrapped: T): T;
}

/** Makes each call of a function a step of one kind: a wrapper, and a decorator. */
export interface Wrapper extends Decorator {
  /** With another name. */
  <F extends AnyFunction>(name: string, wrapped: F): F;
  /** With options. */
  <F extends AnyFunction>(options: WrapOptions, wrapped: F): F;
  /** A decorator with another name. */
  (name: string): Decorator;
  /** A decorator with options. */
  (options?: WrapOptions): Decorator;
}

/** What a standard decorator is told. */
interface Context {
  readonly kind: "class" | "method" | "getter" | "setter" | "field" | "accessor";
  readonly name: string | symbol | undefined;
}

/** The kind that each wrapper makes, by the wrapper's name. */
export const WRAPPERS = {
  agent: "agent",
  cache: "cache",
  chain: "chain",
  database: "database",
  embedding: "embedding",
  evaluator: "evaluator",
  fileIo: "file_io",
  guardrail: "guardrail",
  handoff: "handoff",
  http: "http",
  llm: "llm",
  memory: "memory",
  operation: "step",
  plan: "plan",
  rerank: "rerank",
  retrieval: "retrieval",
  step: "step",
  task: "task",
  tool: "tool",
  workflow: "workflow",
} as const;

/** The name of a wrapper. */
export type WrapperName = keyof typeof WRAPPERS;

/** Attributes that depend on what the step is called. */
type FactsOf = (name: string) => Readonly<Record<string, unknown>> | undefined;

/**
 * Makes the wrapper of one name.
 *
 * @param whose - who records; asked at each call.
 */
export function wrapperOf(whose: Whose, name: WrapperName): Wrapper {
  const facts: FactsOf | undefined =
    name === "operation" ? (called) => ({ "gen_ai.operation.name": called }) : undefined;
  return decoratorOf(whose, WRAPPERS[name], facts);
}

/** Makes the wrapper of one kind. */
export function decoratorOf(whose: Whose, kind: string, facts?: FactsOf): Wrapper {
  const wrapper = (...given: unknown[]): unknown => {
    const [first, second] = given;
    const isOptions = typeof first === "string" || first === undefined || (typeof first === "object" && first !== null);
    const isDecorated = given.length > 1 && (isContext(second) || isKey(second));
    if (isOptions && !isDecorated) {
      const options = typeof first === "object" ? (first as WrapOptions) : { name: first };
      const decorator = (...decorated: unknown[]): unknown =>
        apply(new Wrapping(whose, kind, options, facts), decorated);
      return given.length > 1 ? decorator(second) : decorator;
    }
    return apply(new Wrapping(whose, kind, {}, facts), given);
  };
  return wrapper as Wrapper;
}

function isContext(value: unknown): value is Context {
  return typeof value === "object" && value !== null && "kind" in value && "addInitializer" in value;
}

/** The second argument of an `experimentalDecorators` decorator. */
function isKey(value: unknown): value is string | symbol {
  return typeof value === "string" || typeof value === "symbol";
}

/** Does what a wrapper or decorator was called for. */
function apply(wrapping: Wrapping, given: unknown[]): unknown {
  const [value, second, third] = given;
  if (isContext(second)) return wrapping.standard(value, second);
  if (isKey(second)) return wrapping.legacy(value as object, second, third as PropertyDescriptor | undefined);
  if (isClass(value)) return wrapping.methodsOf(value as AnyClass, undefined);
  if (typeof value === "function") return wrapping.wrapped(value as AnyFunction);
  wrapping.refuse(`${shown(value)} is not a function; it stays as it is`);
  return value;
}

/** One use of a wrapper: whose, what kind, and with which options. */
class Wrapping {
  readonly #whose: Whose;
  readonly #kind: string;
  readonly #options: WrapOptions;
  readonly #facts: FactsOf | undefined;

  constructor(whose: Whose, kind: string, options: WrapOptions, facts: FactsOf | undefined) {
    this.#whose = whose;
    this.#kind = kind;
    this.#options = options;
    this.#facts = facts;
  }

  refuse(message: string): void {
    this.#whose().problem("cannot_decorate", message);
  }

  /** A function. */
  wrapped<F extends AnyFunction>(original: F, otherwise?: string): F {
    return this.#observed(original, nameOf(original, this.#options.name, otherwise));
  }

  /** What a standard decorator gives back. */
  standard(value: unknown, context: Context): unknown {
    const called = textOfKey(context.name);
    switch (context.kind) {
      case "class":
        this.methodsOf(value as AnyClass, called);
        return undefined;
      case "method":
        return this.wrapped(value as AnyFunction, called);
      case "getter":
      case "setter":
        return this.#observed(value as AnyFunction, optionalText(this.#options.name) || called);
      case "field":
        return (initial: unknown) => this.#held(initial, called);
      default: {
        const { get, set } = value as ClassAccessorDecoratorTarget<unknown, unknown>;
        const wrapping = this;
        return {
          get,
          set(this: unknown, held: unknown) {
            set.call(this, typeof held === "function" ? wrapping.#held(held, called) : held);
          },
          init: (initial: unknown) => this.#held(initial, called),
        };
      }
    }
  }

  /** What an `experimentalDecorators` decorator of a member gives back. */
  legacy(
    target: object,
    key: string | symbol,
    descriptor: PropertyDescriptor | undefined,
  ): PropertyDescriptor | undefined {
    const called = textOfKey(key);
    if (descriptor === undefined) {
      const of = typeof target === "function" ? target.name : target.constructor?.name;
      this.refuse(
        `${of}.${called} is a field, whose function is not there yet; wrap the function (${called} = tool(…)), ` +
          "or use standard decorators (without experimentalDecorators)",
      );
      return undefined;
    }
    const changed: PropertyDescriptor = { ...descriptor };
    if (typeof descriptor.value === "function") changed.value = this.wrapped(descriptor.value, called);
    const name = optionalText(this.#options.name) || called;
    if (descriptor.get) changed.get = this.#observed(descriptor.get, name);
    if (descriptor.set) changed.set = this.#observed(descriptor.set, name);
    return changed;
  }

  /**
   * Makes steps of a class's own public methods, in place, so that it stays the same class.
   *
   * Those that are steps already stay as they are: a `@tool` inside an `@agent` class is a tool. Getters, setters, private
   * methods, what begins with `_`, what is named by a symbol, and what is inherited are not touched.
   */
  methodsOf<C extends AnyClass>(made: C, named: string | undefined): C {
    const called = nameOf(made, this.#options.name, named ?? "class");
    const isAgent = this.#kind === "agent";
    const attributes = isAgent
      ? { "gen_ai.agent.name": called, ...this.#options.attributes }
      : this.#options.attributes;
    for (const holder of [made, made.prototype as object]) {
      for (const [key, { value, ...rest }] of Object.entries(Object.getOwnPropertyDescriptors(holder))) {
        if (key.startsWith("_") || key === "constructor" || typeof value !== "function") continue;
        if (isClass(value) || isObserved(value)) continue;
        if (!rest.configurable) {
          this.refuse(`${called}.${key} cannot be replaced; it stays as it is`);
          continue;
        }
        const method = this.#observed(value, `${called}.${key}`, attributes);
        Object.defineProperty(holder, key, { ...rest, value: method });
      }
    }
    return made;
  }

  #held(value: unknown, called: string): unknown {
    if (typeof value === "function" && !isClass(value)) return this.wrapped(value as AnyFunction, called);
    this.refuse(`${called} holds ${shown(value)}, not a function; it stays as it is`);
    return value;
  }

  #observed<F extends AnyFunction>(original: F, name: string, attributes = this.#options.attributes): F {
    const facts = this.#facts?.(name);
    const given = facts === undefined ? attributes : { ...facts, ...attributes };
    const call: Call = { ...this.#options, name, kind: this.#kind, attributes: given };
    return observeFunction(this.#whose, original, call);
  }
}

function textOfKey(key: string | symbol | undefined): string {
  return typeof key === "symbol" ? (key.description ?? "symbol") : (key ?? "anonymous");
}

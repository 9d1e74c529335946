/**
 * Members of an event's body from what a program gives: which of them reach the disk, and in what form.
 *
 * @module
 */
import type { Walker } from "../values/walker.ts";
import { costOf, usageOf } from "./amounts.ts";
import { SpanContext } from "./context.ts";
import { type Form, START_FIELDS } from "./fields.ts";
import { type Problems, shown, textOf, typeName } from "./problems.ts";

/** What is recorded in a value's place; called with the member's name (`input`, `attributes`, …) and its value. */
export type Mask = (field: string, value: unknown) => unknown;

/** What of the host's values reaches the disk; the same for all steps of a recorder. */
export interface Policy {
  /** Members that are not recorded; `undefined` where all are. */
  readonly leftOut: ReadonlySet<string> | undefined;
  readonly mask: Mask | undefined;
  readonly problems: Problems;
}

/** Most labels of one list. */
const MOST_TEXTS = 1000;

/** Writes `attributes`, unless there are none. */
export function writeAttributes(walker: Walker, attributes: unknown, policy: Policy): void {
  if (attributes === undefined || attributes === null || isEmpty(attributes)) return;
  if (policy.leftOut?.has("attributes")) return;
  if (policy.mask === undefined) {
    walker.member("attributes");
    walker.value(attributes);
    return;
  }
  const masked = maskedBy(policy, "attributes", attributes);
  // A map whatever happens: where the mask fails there are none.
  if (masked === FAILED) return;
  walker.member("attributes");
  walker.value(masked);
}

/** Writes a member that the host's mask may want to see first, if it is recorded at all. */
export function writeContent(walker: Walker, name: string, value: unknown, policy: Policy): void {
  if (policy.leftOut?.has(name)) return;
  if (policy.mask === undefined) {
    walker.member(name);
    walker.value(value);
    return;
  }
  const masked = maskedBy(policy, name, value);
  walker.member(name);
  if (masked === FAILED) walker.redacted("mask_failed");
  else walker.value(masked);
}

/** Writes a member that is a text. */
export function writeText(walker: Walker, name: string, value: unknown): void {
  walker.member(name);
  walker.text(typeof value === "string" ? value : textOf(value));
}

const FAILED = /* @__PURE__ */ Symbol("failed");

function maskedBy(policy: Policy, name: string, value: unknown): unknown {
  try {
    return policy.mask?.(name, value);
  } catch (error) {
    policy.problems.noteLater("mask_failed", `mask: ${textOf(error)}; ${name} is left out`, error);
    return FAILED;
  }
}

/** Whether a plain object has no members. */
function isEmpty(value: unknown): boolean {
  if (typeof value !== "object") return false;
  try {
    if (value instanceof Map) return value.size === 0;
    for (const _ in value) return false;
    return true;
  } catch {
    return false;
  }
}

/**
 * Writes the members that a program gave by name. What is not known is a mistake of the program and never reaches the
 * wire.
 *
 * @param known - name on the wire and form, by the program's name.
 * @param given - the program's object; its members may throw when they are read.
 */
export function writeFields(
  walker: Walker,
  known: ReadonlyMap<string, readonly [name: string, form: Form]>,
  given: object,
  policy: Policy,
): void {
  try {
    for (const name in given) {
      // What most steps say, and what is written elsewhere: no table is asked for it.
      if (name === "kind" || name === "input" || name === "attributes" || name === "parent") {
        if (known === START_FIELDS) continue;
      }
      writeGiven(walker, known.get(name), given, name, policy);
    }
  } catch (error) {
    policy.problems.noteLater("unreadable_value", `fields: a value threw ${typeName(error)} while it was read`, error);
  }
}

function writeGiven(
  walker: Walker,
  field: readonly [name: string, form: Form] | undefined,
  given: object,
  name: string,
  policy: Policy,
): void {
  if (field === undefined) {
    policy.problems.noteLater("unknown_field", `not a field of a step: ${name}; use attributes`);
  } else if (field[1] !== "passed") {
    const value = read(given, name, policy.problems);
    if (value !== undefined && value !== null) writeField(walker, field[0], field[1], value, policy);
  }
}

/** A member of the program's object; `undefined` where reading it throws. */
export function read(given: object, name: string, problems: Problems): unknown {
  try {
    return (given as { [name: string]: unknown })[name];
  } catch (error) {
    problems.noteLater("unreadable_value", `${name}: a value threw ${typeName(error)} while it was read`, error);
    return undefined;
  }
}

function writeField(walker: Walker, name: string, form: Form, value: unknown, policy: Policy): void {
  switch (form) {
    case "text":
      writeText(walker, name, value);
      break;
    case "texts":
      walker.member(name);
      walker.value(textsOf(value, policy.problems));
      break;
    case "attributes":
      writeAttributes(walker, value, policy);
      break;
    case "content":
      writeContent(walker, name, value, policy);
      break;
    case "links": {
      const links = linksOf(value, policy.problems);
      if (links !== undefined) writeValue(walker, name, links);
      break;
    }
    case "usage": {
      const usage = usageOf(value, policy.problems);
      if (usage !== undefined) writeValue(walker, name, usage);
      break;
    }
    case "cost": {
      const cost = costOf(value, policy.problems);
      if (cost !== undefined) writeValue(walker, name, cost);
      break;
    }
    default:
      writeValue(walker, name, value);
  }
}

/** Writes a member of any value. */
export function writeValue(walker: Walker, name: string, value: unknown): void {
  walker.member(name);
  walker.value(value);
}

function textsOf(value: unknown, problems: Problems): string[] {
  const texts: string[] = [];
  if (typeof value === "string") return [value];
  try {
    for (const text of value as Iterable<unknown>) {
      if (texts.length === MOST_TEXTS) break;
      texts.push(textOf(text));
    }
  } catch (error) {
    problems.noteLater("unreadable_value", `texts: a value threw ${typeName(error)} while it was read`, error);
  }
  return texts;
}

/** Links as plain ids; `undefined` for what is no list. */
export function linksOf(value: unknown, problems: Problems): unknown[] | undefined {
  try {
    return Array.from(value as Iterable<unknown>, (link) => linkTo(link));
  } catch (error) {
    problems.noteLater("invalid_link", `links are a list, not ${shown(value)}`, error);
    return undefined;
  }
}

/** The ids of what is linked, as the wire has them; what has none comes back as it is. */
export function linkTo(link: unknown): unknown {
  const context = contextOf(link);
  if (context !== undefined) return { trace_id: context.traceId, span_id: context.spanId };
  try {
    return idsOf(link);
  } catch {
    return link;
  }
}

/** Whether {@link linkTo} found ids. */
export function hasIds(link: unknown): link is object {
  try {
    return typeof link === "object" && link !== null && "trace_id" in link;
  } catch {
    return false;
  }
}

function idsOf(link: unknown): unknown {
  if (typeof link === "object" && link !== null && "traceId" in link) {
    const { traceId, spanId, attributes, ...more } = link as { [name: string]: unknown };
    const ids = { trace_id: traceId, ...(spanId === undefined ? {} : { span_id: spanId }) };
    return attributes === undefined ? { ...ids, ...more } : { ...ids, attributes, ...more };
  }
  return link;
}

/** What a program gives as a step: a step, its context, its `traceparent`, or whatever knows its context. */
export function contextOf(known: unknown): SpanContext | undefined {
  if (typeof known === "string") return SpanContext.fromTraceparent(known);
  if (typeof known !== "object" && typeof known !== "function") return undefined;
  try {
    // A context of another copy of the package has the same members.
    if (known instanceof SpanContext || (known as { _state?: unknown })?._state instanceof Int32Array) {
      if (!("_isStep" in (known as object))) return known as SpanContext;
    }
    const { context } = known as { context?: unknown };
    return (context as { _state?: unknown })?._state instanceof Int32Array ? (context as SpanContext) : undefined;
  } catch {
    return undefined;
  }
}

/** Sets a member; `__proto__` is a name like any other. */
export function setOwn(into: { [name: string]: unknown }, name: string, value: unknown): void {
  if (name === "__proto__")
    Object.defineProperty(into, name, { value, enumerable: true, configurable: true, writable: true });
  else into[name] = value;
}

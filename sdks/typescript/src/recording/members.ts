/**
 * Members of the records of steps and points, in their order.
 *
 * @module
 */
import type { Walker } from "../values/walker.ts";
import { writeException } from "./failure.ts";
import { type Attributes, START_FIELDS, UPDATE_FIELDS, type UpdateFields } from "./fields.ts";
import { typeName } from "./problems.ts";
import type { Span } from "./span.ts";
import { type Policy, read, writeAttributes, writeContent, writeFields, writeText, writeValue } from "./writing.ts";

/** What an event of a step carries besides its attributes. */
export interface EventFields {
  readonly data?: unknown;
  readonly chunks?: unknown;
}

/** What few steps say at their end. */
export interface Ending {
  message?: string;
  usage?: { [name: string]: unknown };
  cost?: { [name: string]: unknown };
  links?: unknown[];
  more?: { [name: string]: unknown };
  error?: { readonly thrown: unknown };
}

/** Writes the members of a start. */
export function writeStart(walker: Walker, span: Span, policy: Policy = span._opened.policy): void {
  const { rootFields } = span._opened;
  const options = span._options;
  writeText(walker, "name", span._name);
  if (options !== undefined) {
    let attributes: unknown;
    let input: unknown;
    try {
      attributes = options.attributes;
      input = options.input;
    } catch (error) {
      policy.problems.noteLater(
        "unreadable_value",
        `options: a value threw ${typeName(error)} while it was read`,
        error,
      );
    }
    if (attributes !== undefined) writeAttributes(walker, attributes, policy);
    if (input !== undefined) writeContent(walker, "input", input, policy);
  }
  const above = span._above;
  if (rootFields !== undefined && above !== undefined && above._state === undefined) {
    for (const [name, [wire, value]] of rootFields) {
      if (options === undefined || (options as { [name: string]: unknown })[name] == null)
        writeText(walker, wire, value);
    }
  }
  if (options !== undefined) writeFields(walker, START_FIELDS, options, policy);
}

/** Writes all links that a step has said so far. */
export const writeLinks = (walker: Walker, links: unknown[]): void => writeValue(walker, "links", links);

/** Writes what is said before the end. */
export const writeUpdate = (walker: Walker, { span, fields }: { span: Span; fields: UpdateFields }): void => {
  if (typeof fields === "object" && fields !== null) writeFields(walker, UPDATE_FIELDS, fields, span._opened.policy);
};

interface Happening {
  readonly span: Span;
  readonly name: string | undefined;
  readonly attributes: Attributes | undefined;
  readonly fields: EventFields | undefined;
}

/** Writes something that happens inside a step. */
export const writeEvent = (walker: Walker, { span, name, attributes, fields }: Happening): void => {
  const { policy } = span._opened;
  if (name !== undefined) writeText(walker, "name", name);
  writeAttributes(walker, attributes, policy);
  if (fields === undefined || fields === null) return;
  const data = read(fields, "data", policy.problems);
  const chunks = read(fields, "chunks", policy.problems);
  if (data !== undefined && data !== null) writeContent(walker, "data", data, policy);
  if (chunks !== undefined && chunks !== null) writeContent(walker, "chunks", chunks, policy);
};

interface Caught {
  readonly span: Span;
  readonly error: unknown;
  readonly attributes: Attributes | undefined;
}

/** Writes an error that a step deals with itself. */
export const writeCaught = (walker: Walker, { span, error, attributes }: Caught): void => {
  writeText(walker, "name", "exception");
  writeAttributes(walker, attributes, span._opened.policy);
  writeException(walker, error, false);
};

/** Writes what few steps say at their end. */
export function writeEnding(walker: Walker, ending: Ending): void {
  if (ending.message !== undefined) writeText(walker, "status_message", ending.message);
  if (ending.usage !== undefined) writeValue(walker, "usage", ending.usage);
  if (ending.cost !== undefined) writeValue(walker, "cost", ending.cost);
  for (const name in ending.more) writeValue(walker, name, ending.more[name]);
  if (ending.error !== undefined) writeException(walker, ending.error.thrown, true);
}

/** A point, and what of it reaches the disk. */
export interface Point {
  readonly members: Readonly<Record<string, unknown>>;
  readonly policy: Policy;
}

/** Writes the members of a point, by their names on the wire. */
export const writePoint = (walker: Walker, { members, policy }: Point): void => {
  for (const name of Object.keys(members)) {
    const value = read(members, name, policy.problems);
    if (value === undefined || value === null) continue;
    switch (name) {
      case "correlation_id": // It also decides the trace, so whoever knows that writes it.
        break;
      case "attributes":
        writeAttributes(walker, value, policy);
        break;
      case "input":
      case "output":
      case "data":
      case "message":
        writeContent(walker, name, value, policy);
        break;
      default:
        writeValue(walker, name, value);
    }
  }
};

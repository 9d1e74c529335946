/**
 * What the endpoint answers: one body, or the parts of a stream.
 *
 * @module
 */

/** Holds a stream back until the test opens it. */
export class Gate {
  readonly opened: Promise<void>;
  /** Lets the stream go on. */
  open!: () => void;

  constructor() {
    this.opened = new Promise((resolve) => {
      this.open = resolve;
    });
  }
}

/** Breaks the connection in the middle of the answer. */
export const BREAK = Symbol("break");

/** A piece of a stream: bytes to send, a gate to wait at, or the end of the connection. */
export type Part = string | Gate | typeof BREAK;

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly parts: readonly Part[];
}

/** One JSON body. */
export function json(body: unknown, status = 200, headers: Record<string, string> = {}): Answer {
  return { status, headers: { "content-type": "application/json", ...headers }, parts: [JSON.stringify(body)] };
}

/** A stream of server-sent events; objects are sent as the data of an event. */
export function events(
  parts: readonly (object | Part)[],
  frame: (item: object) => string,
  headers: Record<string, string> = {},
): Answer {
  return {
    status: 200,
    headers: { "content-type": "text/event-stream; charset=utf-8", "cache-control": "no-cache", ...headers },
    parts: parts.map((part) => (typeof part === "object" && !(part instanceof Gate) ? frame(part) : part)),
  };
}

/** The same answer with a part put in before the one at `index`, counted from the end where it is negative. */
export function withPart(answer: Answer, index: number, part: Part): Answer {
  const parts = [...answer.parts];
  parts.splice(index < 0 ? parts.length + index : index, 0, part);
  return { ...answer, parts };
}

/** The same answer, which breaks off behind `count` parts. */
export function broken(answer: Answer, count: number): Answer {
  return { ...answer, parts: [...answer.parts.slice(0, count), BREAK] };
}

/** The same answer with another id. */
export function withId(answer: Answer, id: string): Answer {
  const rename = (part: Part) => (typeof part === "string" ? part.replace(/"id":"[^"]*"/, `"id":"${id}"`) : part);
  return { ...answer, parts: answer.parts.map(rename) };
}

/** A text as a model would send it: words, each with the blank before it. */
export function words(text: string): string[] {
  return text.split(/(?= )/);
}

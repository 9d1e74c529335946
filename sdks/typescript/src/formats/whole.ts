import { FormatError } from "../errors.ts";
import { writeMembers } from "../values/forms.ts";
import type { Limits } from "../values/limits.ts";
import { TAG_WIRE } from "../values/output.ts";
import type { Tag } from "../values/tag.ts";
import { isIllFormed } from "../values/text.ts";
import { Walker } from "../values/walker.ts";

/** Deepest nesting that is taken: what every reader reads. */
const MOST_LEVELS = 128;
/** Most parts that are taken: an iteration without an end must not take all memory. */
const MOST_PARTS = 1 << 26;
const NO_LIMITS: Limits = {
  depth: MOST_LEVELS,
  nodes: MOST_PARTS,
  textBytes: Number.POSITIVE_INFINITY,
  recordBytes: Number.POSITIVE_INFINITY,
};
/** What a buffer begins with, and what is kept of it for the next value, in bytes. */
const FIRST = 16 << 10;
const KEPT = 1 << 20;

/** What is written, and grows as it has to. */
class Memory {
  bytes: Uint8Array = new Uint8Array(FIRST);

  buffer(bytes: number): Uint8Array {
    if (bytes > this.bytes.length) {
      const grown = new Uint8Array(bytes);
      grown.set(this.bytes);
      this.bytes = grown;
    }
    return this.bytes;
  }
}

/** Writes a whole value: nothing is cut, and the first thing in it that has no form is remembered. */
class WholeWalker extends Walker {
  problem: FormatError | undefined;
  private readonly keepTags: boolean;
  /** For each level that is open: the key that stands there, or how many elements were begun. */
  private readonly places: (string | number)[] = [];
  /** Whether the map that is open at a level is a tag, and how many tags are open around it. */
  private readonly isTag: boolean[] = [];
  private tags = 0;
  private opensTag = false;

  constructor(memory: Memory, keepTags: boolean) {
    super(memory, NO_LIMITS);
    this.keepTags = keepTags;
    this.begin(0);
  }

  private complain(code: string, reason: string): void {
    if (this.problem === undefined) {
      const places = this.places.slice(0, this.level);
      const path = places.map((place) => `/${String(place).replaceAll("~", "~0").replaceAll("/", "~1")}`);
      this.problem = new FormatError(code, reason, { path: path.join("") });
    }
  }

  override value(value: unknown): void {
    const place = this.places[this.level - 1];
    if (typeof place === "number") {
      this.places[this.level - 1] = place + 1;
    }
    super.value(value);
  }

  override text(value: string): void {
    this.checkPairs(value);
    super.text(value);
  }

  override key(key: string): void {
    this.checkPairs(key);
    const level = this.level - 1;
    this.places[level] = key;
    // Inside of a tag all keys stand as they are written, so the program's own are escaped here.
    const escapes = this.tags > 0 && !this.isTag[level] && key.startsWith("$");
    super.key(escapes ? `$${key}` : key);
  }

  private checkPairs(text: string): void {
    if (this.problem === undefined && isIllFormed(text)) {
      this.complain(
        "value_surrogate",
        "a text with half of a surrogate pair, which UTF-8 cannot hold: use toWellFormed()",
      );
    }
  }

  override beginKey(): boolean {
    this.places[this.level - 1] = "";
    return super.beginKey();
  }

  protected override opens(identity: object | null, isMap: boolean, tag: number): boolean {
    const isTag = this.opensTag;
    this.opensTag = false;
    if (!super.opens(identity, isMap, isTag ? TAG_WIRE : tag)) {
      return false;
    }
    const level = this.level - 1;
    this.places[level] = isMap ? "" : -1;
    this.isTag[level] = isTag;
    return true;
  }

  override wire(tag: Tag): void {
    if (this.keepTags) {
      super.wire(tag);
      return;
    }
    this.opensTag = true;
    this.tags++;
    writeMembers(this, tag);
    this.tags--;
  }

  override endList(missing: number): void {
    this.checkMissing(missing);
    super.endList(missing);
  }

  override endMap(missing: number): void {
    this.checkMissing(missing);
    super.endMap(missing);
  }

  private checkMissing(missing: number): void {
    if (missing <= 0) {
      return;
    }
    if (this.hasBudget) {
      this.complain("value_unreadable", `${missing} of its members could not be read`);
    } else {
      this.complain("value_too_large", `it has more than ${MOST_PARTS} parts: write it in pieces`);
    }
  }

  override unserializable(typeName: string, description?: string): void {
    const fix = "convert it first, or pass lenient: true for a mark in its place";
    this.complain("value_unserializable", `a value of type ${typeName} has no form on the wire: ${fix}`);
    super.unserializable(typeName, description);
  }

  override unreadable(): void {
    this.complain("value_unreadable", "it threw when it was read");
    super.unreadable();
  }

  override cycle(): void {
    this.complain("value_cycle", "it contains itself: write a copy without the circle");
    super.cycle();
  }

  protected override tooDeep(): void {
    const reason = `it is nested deeper than ${MOST_LEVELS} levels, which no reader takes: write it flatter`;
    this.complain("value_too_deep", reason);
    super.tooDeep();
  }

  protected override longInt(value: bigint): void {
    this.tagged("$int", value.toString());
  }
}

let spare: Memory | undefined;

/**
 * The whole value as CBOR, lent for the length of `work`.
 *
 * @param keepTags - whether maps in the wire's form stay what they are.
 * @param isLenient - whether marks stand for what has no form.
 * @throws {@link FormatError} for the first thing in it that has no form, with its path.
 */
export function withCbor<T>(value: unknown, keepTags: boolean, isLenient: boolean, work: (cbor: Uint8Array) => T): T {
  // A getter may encode something itself: whoever finds no memory takes its own.
  const memory = spare ?? new Memory();
  spare = undefined;
  try {
    const walker = new WholeWalker(memory, keepTags);
    walker.value(value);
    if (walker.problem !== undefined && !isLenient) {
      throw walker.problem;
    }
    return work(memory.bytes.subarray(0, walker.length));
  } finally {
    if (memory.bytes.length <= KEPT) {
      spare = memory;
    }
  }
}

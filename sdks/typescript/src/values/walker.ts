import { Budget } from "./budget.ts";
import { writeCallable, writeMembers, writeObject } from "./forms.ts";
import { BYTES, FALSE, LIST, MAP, NEGATIVE, NULL, TAG, TAG_CUT, TAG_SET, TAG_WIRE, TRUE, UINT } from "./output.ts";
import type { Tag } from "./tag.ts";
import { prefix, utf8Length } from "./text.ts";

/** Longest magnitude of an integer that is written exactly, in bytes (about 2,500 digits). */
const BIG_INT_BYTES = 1024;
/** Longest name of a type without a form, and longest description of its value, in bytes. */
const TYPE_NAME_BYTES = 4096;
const DESCRIPTION_BYTES = 512;

/**
 * Writes one host value after the other as CBOR, within a budget: the same as `cbor::Walker` of the recorder.
 *
 * No method throws, and the result is one well-formed item for each call outside of a list or map. What comes when the
 * budget is used up is counted by the list or map that is open, which says at its end how much it misses; where none
 * is, or where a key stands already, a mark takes the value's place (TW-LIM-004).
 *
 * @example
 * ```ts
 * const walker = new Walker(sink, DEFAULT_LIMITS);
 * walker.begin(0);
 * walker.value({ answer: 42 });
 * sink.buffer(0).subarray(0, walker.length); // bf 66 "answer" 18 2a ff
 * ```
 */
export class Walker extends Budget {
  /** Writes the name of a member of the event itself, outside of the budget. One value follows. */
  member(name: string): void {
    this.putName(name);
  }

  /** Writes any value, by the specification's table. */
  value(value: unknown): void {
    switch (typeof value) {
      case "string":
        this.text(value);
        break;
      case "number":
        this.number(value);
        break;
      case "object":
        if (value === null) {
          this.null();
        } else {
          writeObject(this, value);
        }
        break;
      case "boolean":
        this.bool(value);
        break;
      case "undefined":
        this.null();
        break;
      case "bigint":
        this.bigInt(value);
        break;
      default:
        writeCallable(this, value);
    }
  }

  null(): void {
    if (this.take()) {
      this.byte(NULL);
    }
  }

  bool(value: boolean): void {
    if (this.take()) {
      this.byte(value ? TRUE : FALSE);
    }
  }

  /** Writes a number: integral ones within ±(2^53 - 1) as integers, all others as doubles. */
  number(value: number): void {
    if (!this.take()) {
      return;
    }
    if ((value | 0) === value || Number.isSafeInteger(value)) {
      if (value >= 0) {
        this.head(UINT, value);
      } else {
        this.head(NEGATIVE, -1 - value);
      }
    } else {
      this.putDouble(value);
    }
  }

  /** Writes an integer of any size; beyond 1,024 bytes only its size is kept. */
  bigInt(value: bigint): void {
    const magnitude = value < 0n ? -1n - value : value;
    if (magnitude < 0x1_0000_0000_0000_0000n) {
      if (!this.take()) {
        return;
      }
      if (magnitude <= 0x1f_ffff_ffff_ffffn) {
        this.head(value < 0n ? NEGATIVE : UINT, Number(magnitude));
      } else {
        this.putLong(value < 0n ? NEGATIVE : UINT, magnitude);
      }
      return;
    }
    const absolute = hex(value < 0n ? -value : value);
    if (absolute.length / 2 > BIG_INT_BYTES) {
      this.longInt(value, absolute.length / 2);
      return;
    }
    if (this.take()) {
      const digits = value < 0n ? hex(magnitude) : absolute;
      this.head(TAG, value < 0n ? 3 : 2);
      this.head(BYTES, digits.length / 2);
      for (let index = 0; index < digits.length; index += 2) {
        this.byte(Number.parseInt(digits.slice(index, index + 2), 16));
      }
    }
  }

  /** Writes an integer beyond the bound: its size alone. */
  protected longInt(_: bigint, bytes: number): void {
    this.unserializable("int", `${bytes} bytes`);
  }

  /** Writes a text, cut between characters when it is too long. */
  text(value: string): void {
    if (this.take()) {
      const room = this.room();
      if (value.length * 3 <= room) {
        this.putText(value);
      } else {
        this.boundedText(value, room);
      }
    }
  }

  private boundedText(value: string, room: number): void {
    const whole = utf8Length(value);
    if (whole <= room) {
      this.putText(value);
      return;
    }
    const kept = prefix(value, room);
    const bytes = utf8Length(kept);
    this.head(TAG, TAG_CUT);
    this.head(LIST, 2);
    this.putText(kept);
    this.head(UINT, whole - bytes);
  }

  /** Writes a byte string, cut when it is too long. */
  binary(value: Uint8Array): void {
    if (!this.take()) {
      return;
    }
    const room = this.room();
    const whole = value.length;
    if (whole <= room) {
      this.putBytes(value);
      return;
    }
    this.head(TAG, TAG_CUT);
    this.head(LIST, 2);
    this.putBytes(value.subarray(0, room));
    this.head(UINT, whole - room);
  }

  /** Writes a moment as `$time`, in the specification's text form. */
  time(value: string): void {
    this.tagged("$time", value);
  }

  /** Writes the mark of a value that has no form, with a bounded description. */
  unserializable(typeName: string, description?: string): void {
    this.tagged("$unserializable", prefix(typeName, TYPE_NAME_BYTES), description);
  }

  /** Writes the mark of a value that a rule of this name took away (TW-POL-001). */
  redacted(rule: string): void {
    this.tagged("$redacted", rule);
  }

  protected tagged(tag: string, value: string, description?: string): void {
    if (!this.take()) {
      return;
    }
    const room = this.byteLimit - this.at;
    if (this.textBytes(value, room) > room) {
      this.markMissing();
      return;
    }
    this.head(TAG, TAG_WIRE);
    this.head(MAP, description === undefined ? 1 : 2);
    this.putText(tag);
    this.putText(value);
    if (description !== undefined) {
      this.putText("text");
      this.putText(prefix(description, DESCRIPTION_BYTES));
    }
  }

  /**
   * Opens a list. False: it is left out, or a mark stands in its place (cycle, depth), and {@link endList} must not be
   * called.
   *
   * @param identity - the host's object, or null where no cycle is possible.
   */
  beginList(identity: object | null): boolean {
    return this.opens(identity, false, 0);
  }

  /** Opens a set; readers see its members sorted by their canonical bytes. It ends by {@link endList}. */
  beginSet(identity: object | null): boolean {
    return this.opens(identity, false, TAG_SET);
  }

  /** Opens a map; then {@link key}, or what stands between {@link beginKey} and {@link endKey}, and a value in turn. */
  beginMap(identity: object | null): boolean {
    return this.opens(identity, true, 0);
  }

  /** The mark of a value that could not be read. */
  unreadable(): void {
    this.unserializable("unreadable");
  }

  /** Writes a value of the wire that JavaScript has none for: in a record its members are the user's like any other's. */
  wire(tag: Tag): void {
    writeMembers(this, tag);
  }
}

/** The digits of a positive integer, two for each byte. */
function hex(value: bigint): string {
  const digits = value.toString(16);
  return digits.length % 2 === 0 ? digits : `0${digits}`;
}

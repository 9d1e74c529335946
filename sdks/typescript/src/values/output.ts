import { Names } from "./names.ts";
import { utf8Length, writeUtf8 } from "./text.ts";

/** Whoever owns the bytes that are written into. */
export interface Sink {
  /** At least `bytes` long; what was written into the one before stands in it too. */
  buffer(bytes: number): Uint8Array;
}

export const UINT = 0 << 5;
export const NEGATIVE = 1 << 5;
export const BYTES = 2 << 5;
export const TEXT = 3 << 5;
export const LIST = 4 << 5;
export const MAP = 5 << 5;
export const TAG = 6 << 5;
export const FALSE = 0xf4;
export const TRUE = 0xf5;
export const NULL = 0xf6;
export const UNDEFINED = 0xf7;
export const DOUBLE = 0xfb;
export const OPEN_LIST = 0x9f;
export const OPEN_MAP = 0xbf;
export const BREAK = 0xff;
/** A value that is in wire form already: a map whose `$` keys are tags. */
export const TAG_WIRE = 0x7457;
/** What was cut: what was kept, or how many items are missing. */
export const TAG_CUT = 0x7458;
export const TAG_SET = 258;

/** Most bytes of a head. */
const HEAD = 9;
/** Up to here writing unit by unit is faster than asking the environment. */
const SHORT = 28;
/** From here on a text is measured before there is room made for it. */
const LONG = 16 << 10;
/** The order of bytes of this machine. */
const IS_LITTLE = /* @__PURE__ */ new Uint8Array(/* @__PURE__ */ new Uint16Array([1]).buffer)[0] === 1;
/** What a buffer begins with, in bytes. */
const FIRST = 4096;

/** Writes items of CBOR (RFC 8949) with the shortest heads, without any bound: {@link Walker} keeps those. */
export class Output {
  /** Where it is written to; another one whenever it has to grow. */
  bytes: Uint8Array;
  protected at = 0;
  private view: DataView;
  private end = 0;
  private readonly sink: Sink;
  private readonly names = new Names();

  constructor(sink: Sink) {
    this.sink = sink;
    this.bytes = new Uint8Array(0);
    this.view = new DataView(this.bytes.buffer);
  }

  /** Index behind the last byte. */
  get length(): number {
    return this.at;
  }

  /** Takes the sink's buffer anew and keeps what was written: for whoever let others use the sink meanwhile. */
  rebind(): void {
    this.obtain(Math.max(FIRST, this.end, this.at));
  }

  /** Writes a text without a head, for what is no CBOR; gives its bytes. */
  put(text: string): number {
    const room = text.length * 3;
    this.reserve(room);
    const written = writeUtf8(this.bytes, text, this.at, room);
    this.at += written;
    return written;
  }

  protected restart(at: number): void {
    this.at = at;
    this.obtain(Math.max(FIRST, at));
  }

  private obtain(bytes: number): void {
    const found = this.sink.buffer(bytes);
    if (found !== this.bytes) {
      this.bytes = found;
      this.view = new DataView(found.buffer, found.byteOffset, found.byteLength);
    }
    this.end = found.length;
  }

  /** Makes room for so many more bytes. */
  protected reserve(bytes: number): void {
    if (this.at + bytes > this.end) {
      this.obtain(Math.max(this.at + bytes, this.end * 2));
    }
  }

  protected byte(value: number): void {
    this.reserve(1);
    this.bytes[this.at++] = value;
  }

  /** Writes a head; `argument` is an integer from 0 to 2^53 - 1. */
  protected head(major: number, argument: number): void {
    this.reserve(HEAD);
    if (argument < 24) {
      this.bytes[this.at++] = major | argument;
    } else if (argument < 0x100) {
      this.bytes[this.at++] = major | 24;
      this.bytes[this.at++] = argument;
    } else if (argument < 0x1_0000) {
      this.bytes[this.at++] = major | 25;
      this.bytes[this.at++] = argument >> 8;
      this.bytes[this.at++] = argument;
    } else if (argument < 0x1_0000_0000) {
      this.bytes[this.at++] = major | 26;
      this.view.setUint32(this.at, argument);
      this.at += 4;
    } else {
      this.bytes[this.at++] = major | 27;
      this.view.setUint32(this.at, argument / 0x1_0000_0000);
      this.view.setUint32(this.at + 4, argument);
      this.at += 8;
    }
  }

  protected putDouble(value: number): void {
    this.reserve(HEAD);
    this.bytes[this.at] = DOUBLE;
    this.view.setFloat64(this.at + 1, value);
    this.at += HEAD;
  }

  /** An integer of 64 bits that no number holds. */
  protected putLong(major: number, argument: bigint): void {
    this.reserve(HEAD);
    this.bytes[this.at] = major | 27;
    this.view.setBigUint64(this.at + 1, argument);
    this.at += HEAD;
  }

  /** A text with its head, all of it. */
  protected putText(text: string): void {
    const length = text.length;
    // Three bytes for each unit at most; of a long text they are counted, for the buffer stays as large as it was once.
    this.reserve((length > LONG ? utf8Length(text) : length * 3) + HEAD);
    if (length > SHORT || !this.putAscii(text, length)) {
      this.putLonger(text, length);
    }
  }

  /** A text that is likely to come again, with its head. */
  protected putName(text: string): void {
    const { names } = this;
    const place = names.placeOf(text);
    if (place < 0) {
      this.putText(text);
      return;
    }
    const name = names.at(place, text);
    if (name === undefined) {
      const from = this.at;
      this.putText(text);
      names.note(place, text, this.bytes, from, this.at);
      return;
    }
    const { words, bytes } = name;
    this.reserve(bytes + 3);
    const { view } = this;
    let at = this.at;
    for (let index = 0; index < words.length; index++) {
      view.setInt32(at, words[index] as number, IS_LITTLE);
      at += 4;
    }
    this.at += bytes;
  }

  /** Writes a short text unit by unit; false where one of them is not ASCII, and nothing was written. */
  private putAscii(text: string, length: number): boolean {
    const bytes = this.bytes;
    let at = this.at;
    if (length < 24) {
      bytes[at++] = TEXT | length;
    } else {
      bytes[at++] = TEXT | 24;
      bytes[at++] = length;
    }
    for (let index = 0; index < length; index++) {
      const unit = text.charCodeAt(index);
      if (unit > 0x7f) {
        return false;
      }
      bytes[at++] = unit;
    }
    this.at = at;
    return true;
  }

  /** Writes the text where it stands if all of it is ASCII, and moves it where its head turns out to be longer. */
  private putLonger(text: string, length: number): void {
    const guess = this.at + headBytes(length);
    const written = writeUtf8(this.bytes, text, guess, this.end - guess);
    const begin = this.at + headBytes(written);
    if (begin !== guess) {
      this.bytes.copyWithin(begin, guess, guess + written);
    }
    this.head(TEXT, written);
    this.at += written;
  }

  protected putBytes(bytes: Uint8Array): void {
    this.head(BYTES, bytes.length);
    this.reserve(bytes.length);
    this.bytes.set(bytes, this.at);
    this.at += bytes.length;
  }

  /** Bytes of a text in UTF-8, or at most that many where the exact number does not matter to be within `room`. */
  protected textBytes(text: string, room: number): number {
    const most = text.length * 3;
    return most <= room ? most : utf8Length(text);
  }
}

function headBytes(argument: number): number {
  return argument < 24 ? 1 : argument < 0x100 ? 2 : argument < 0x1_0000 ? 3 : 5;
}

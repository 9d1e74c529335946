/** Most names that are remembered, a power of two, and the longest of them, in units. */
const MOST = 256;
const LONGEST = 64;

/** A name as it stands in the output: its bytes with their head, in 32-bit words of which the last may be filled up. */
export interface Name {
  readonly words: Int32Array;
  readonly bytes: number;
}

/**
 * Names of members and keys that come again and again, written already: copying them takes a third of the time of
 * writing them.
 *
 * A place for each by a hash that costs next to nothing. What is asked for twice in a row there is remembered, so that
 * a program with ever new keys pays nothing for this.
 */
export class Names {
  private readonly asked: string[] = new Array<string>(MOST).fill("");
  private readonly texts: string[] = new Array<string>(MOST).fill("");
  private readonly names: (Name | undefined)[] = new Array<Name | undefined>(MOST).fill(undefined);

  /** Where a name has its place; -1 for one that is never remembered. */
  placeOf(text: string): number {
    const length = text.length;
    if (length === 0 || length > LONGEST) {
      return -1;
    }
    return (
      (length * 37 + text.charCodeAt(0) * 5 + text.charCodeAt(length >> 1) * 11 + text.charCodeAt(length - 1)) &
      (MOST - 1)
    );
  }

  /** The name that stands there, if it is this one. */
  at(place: number, text: string): Name | undefined {
    return this.texts[place] === text ? this.names[place] : undefined;
  }

  /** Takes notice of a name that was just written. */
  note(place: number, text: string, bytes: Uint8Array, from: number, to: number): void {
    if (this.asked[place] !== text) {
      this.asked[place] = text;
      return;
    }
    const words = new Int32Array((to - from + 3) >> 2);
    new Uint8Array(words.buffer).set(bytes.subarray(from, to));
    this.texts[place] = text;
    this.names[place] = { words, bytes: to - from };
  }
}

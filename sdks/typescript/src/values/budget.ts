import type { Limits } from "./limits.ts";
import {
  BREAK,
  MAP,
  NULL,
  OPEN_LIST,
  OPEN_MAP,
  Output,
  type Sink,
  TAG,
  TAG_CUT,
  TAG_WIRE,
  UINT,
  UNDEFINED,
} from "./output.ts";
import { utf8Length } from "./text.ts";

/** What a missing number of items is at most: what a number holds exactly. */
const MOST = Number.MAX_SAFE_INTEGER;

/**
 * Lists, maps and keys within the budget of a record, and what becomes of a value for which nothing is left: the open
 * list or map counts it (TW-LIM-004).
 */
export class Budget extends Output {
  private readonly limits: Limits;
  protected readonly byteLimit: number;
  private textLimit = 0;
  private nodesLeft = 0;
  /** Lists, sets and maps that are open: the host's object (cycles), whether it is a map, what found no room. */
  private readonly open: (object | null)[] = [];
  private readonly maps: boolean[] = [];
  private readonly missing: number[] = [];
  private depth = 0;
  /** Where the last key ended: a value is owed while nothing follows it. */
  private keyEnd = -1;
  /** Whether the value that comes next belongs to an entry that was left out. */
  private skipsValue = false;
  /** Keys that are no text and stand open. */
  private keyDepth = 0;

  constructor(sink: Sink, limits: Limits) {
    super(sink);
    this.limits = limits;
    this.byteLimit = limits.recordBytes;
  }

  /** Begins a record: what is written stands from `offset` on, with the whole budget. */
  begin(offset: number): void {
    this.restart(offset);
    this.nodesLeft = this.limits.nodes;
    this.textLimit = this.limits.textBytes;
    this.depth = 0;
    this.keyEnd = -1;
    this.skipsValue = false;
    this.keyDepth = 0;
  }

  /**
   * Opens a list, set or map; false: it is left out, or a mark stands in its place.
   *
   * @param tag - what stands before it; 0 for nothing.
   */
  protected opens(identity: object | null, isMap: boolean, tag: number): boolean {
    if (!this.take()) {
      return false;
    }
    if (identity !== null && this.isOpen(identity)) {
      this.cycle();
      return false;
    }
    if (this.depth >= this.limits.depth) {
      this.tooDeep();
      return false;
    }
    if (tag !== 0) {
      this.head(TAG, tag);
    }
    this.open[this.depth] = identity;
    this.maps[this.depth] = isMap;
    this.missing[this.depth] = 0;
    this.depth++;
    this.byte(isMap ? OPEN_MAP : OPEN_LIST);
    return true;
  }

  /** Whether this very object is being written. */
  private isOpen(identity: object): boolean {
    for (let index = this.depth - 1; index >= 0; index--) {
      if (this.open[index] === identity) {
        return true;
      }
    }
    return false;
  }

  /** The mark of a value that contains itself. */
  protected cycle(): void {
    this.head(TAG, TAG_WIRE);
    this.head(MAP, 1);
    this.putText("$unserializable");
    this.putText("cycle");
  }

  protected tooDeep(): void {
    this.head(TAG, TAG_WIRE);
    this.head(MAP, 2);
    this.putText("$cut");
    this.byte(NULL);
    this.putText("missing_depth");
    this.head(UINT, 1);
  }

  /**
   * Writes a text key of the open map: whole, for half a key is another one. Where it has no room, its entry is counted
   * as missing, and the value that follows is passed over.
   */
  key(key: string): void {
    const room = this.byteLimit - this.at;
    if (this.nodesLeft > 0 && room > 0 && (key.length * 3 <= room || utf8Length(key) <= room)) {
      this.nodesLeft--;
      this.putName(key);
      this.keyEnd = this.at;
    } else {
      this.leaveEntryOut();
    }
  }

  /**
   * Begins a key that is no text: one value and {@link endKey} follow. Nothing in it is cut for its length.
   *
   * False: its entry has no room. Neither the key's value nor {@link endKey} follows, but the entry's value does, and
   * is passed over.
   */
  beginKey(): boolean {
    if (!this.hasBudget) {
      this.leaveEntryOut();
      return false;
    }
    this.keyDepth++;
    this.textLimit = Number.POSITIVE_INFINITY;
    return true;
  }

  endKey(): void {
    this.keyDepth--;
    if (this.keyDepth === 0) {
      this.textLimit = this.limits.textBytes;
    }
    this.keyEnd = this.at;
  }

  /** Closes the open list or set; `missing` is how many items the host did not give. */
  endList(missing: number): void {
    const sum = this.close(missing);
    if (sum > 0) {
      this.head(TAG, TAG_CUT);
      this.head(UINT, sum);
    }
    this.byte(BREAK);
  }

  /** Closes the open map; `missing` is how many entries the host did not give. */
  endMap(missing: number): void {
    const sum = this.close(missing);
    if (sum > 0) {
      this.byte(UNDEFINED);
      this.head(UINT, sum);
    }
    this.byte(BREAK);
  }

  private close(missing: number): number {
    this.depth--;
    this.open[this.depth] = null;
    return Math.min(MOST, (this.missing[this.depth] ?? 0) + missing);
  }

  /** How many lists, maps and keys are open, and whether a value is owed: what {@link rewind} takes. */
  get level(): number {
    return this.depth;
  }

  get keyLevel(): number {
    return this.keyDepth;
  }

  get owesValue(): boolean {
    return this.keyEnd === this.at;
  }

  /** Goes back to where a value began that failed in the middle. What it took from the budget stays taken. */
  rewind(at: number, level: number, keyLevel: number, owesValue: boolean): void {
    this.at = at;
    this.depth = level;
    this.keyDepth = keyLevel;
    this.textLimit = keyLevel === 0 ? this.limits.textBytes : Number.POSITIVE_INFINITY;
    this.keyEnd = owesValue ? at : -1;
    this.skipsValue = false;
  }

  /** Whether another value still fits; a host stops iterating when it does not. */
  get hasBudget(): boolean {
    return this.nodesLeft > 0 && this.at < this.byteLimit;
  }

  /** Takes one node from the budget, or does what is to be done with a value that has no room. */
  protected take(): boolean {
    if (this.nodesLeft > 0 && this.at < this.byteLimit) {
      this.nodesLeft--;
      return true;
    }
    this.leaveOut();
    return false;
  }

  /** A value for which nothing is left: the open list or map counts it. */
  private leaveOut(): void {
    if (this.skipsValue) {
      this.skipsValue = false;
    } else if (this.depth > 0 && this.keyEnd !== this.at) {
      const last = this.depth - 1;
      this.missing[last] = (this.missing[last] ?? 0) + 1;
      this.skipsValue = this.maps[last] === true;
    } else {
      this.markMissing();
    }
  }

  /** A key for which nothing is left: its entry is counted, and nothing smaller comes in behind it either. */
  private leaveEntryOut(): void {
    this.nodesLeft = 0;
    if (this.depth > 0) {
      const last = this.depth - 1;
      this.missing[last] = (this.missing[last] ?? 0) + 1;
    }
    this.skipsValue = true;
  }

  protected markMissing(): void {
    this.head(TAG, TAG_CUT);
    this.byte(NULL);
  }

  protected room(): number {
    return Math.max(0, Math.min(this.textLimit, this.byteLimit - this.at));
  }
}

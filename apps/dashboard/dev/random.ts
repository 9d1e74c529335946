/** Numbers that are the same for the same seed (mulberry32). */
export class Random {
  constructor(private state: number) {}

  /** From 0 to below 1. */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  }

  /** A whole number from `low` to `high`, both included. */
  int(low: number, high: number): number {
    return low + Math.floor(this.next() * (high - low + 1));
  }

  /** One of these. */
  pick<T>(all: readonly T[]): T {
    return all[Math.floor(this.next() * all.length)] as T;
  }

  /** True so often. */
  chance(share: number): boolean {
    return this.next() < share;
  }

  /** A time with a long tail, around `middle`. */
  tail(middle: number): number {
    return Math.max(1, Math.round(middle * Math.exp((this.next() + this.next() + this.next() - 1.5) * 1.1)));
  }

  /** So many hex digits. */
  hex(digits: number): string {
    let text = "";
    while (text.length < digits) {
      text += Math.floor(this.next() * 0x10000)
        .toString(16)
        .padStart(4, "0");
    }
    return text.slice(0, digits);
  }
}

import type { Json } from "../api/types.ts";

/** One line of a comparison: kept, added or removed. */
export type Change<T> = { how: "same" | "added" | "removed"; item: T };

/** The most that is compared each with each; beyond it, all is removed and added. */
const LARGEST = 1_000_000;

/**
 * What became of a list: the least that must be removed and added (longest common subsequence), after the equal
 * beginning and end, which of a conversation are nearly all of it.
 */
export function diffLists<T>(before: readonly T[], after: readonly T[], same: (a: T, b: T) => boolean): Change<T>[] {
  let head = 0;
  while (head < before.length && head < after.length && same(before[head] as T, after[head] as T)) {
    head++;
  }
  let tail = 0;
  while (
    tail < before.length - head &&
    tail < after.length - head &&
    same(before[before.length - 1 - tail] as T, after[after.length - 1 - tail] as T)
  ) {
    tail++;
  }
  const changes: Change<T>[] = before.slice(0, head).map((item) => ({ how: "same", item }));
  changes.push(...middle(before.slice(head, before.length - tail), after.slice(head, after.length - tail), same));
  changes.push(...after.slice(after.length - tail).map((item): Change<T> => ({ how: "same", item })));
  return changes;
}

function middle<T>(before: T[], after: T[], same: (a: T, b: T) => boolean): Change<T>[] {
  const removed = before.map((item): Change<T> => ({ how: "removed", item }));
  const added = after.map((item): Change<T> => ({ how: "added", item }));
  if (before.length === 0 || after.length === 0 || before.length * after.length > LARGEST) {
    return [...removed, ...added];
  }
  const width = after.length + 1;
  const longest = new Uint32Array((before.length + 1) * width);
  for (let a = before.length - 1; a >= 0; a--) {
    for (let b = after.length - 1; b >= 0; b--) {
      const right = longest[a * width + b + 1] ?? 0;
      const down = longest[(a + 1) * width + b] ?? 0;
      const both = (longest[(a + 1) * width + b + 1] ?? 0) + 1;
      longest[a * width + b] = same(before[a] as T, after[b] as T) ? both : Math.max(right, down);
    }
  }
  const changes: Change<T>[] = [];
  let a = 0;
  let b = 0;
  while (a < before.length && b < after.length) {
    if (same(before[a] as T, after[b] as T)) {
      changes.push({ how: "same", item: after[b] as T });
      a++;
      b++;
    } else if ((longest[(a + 1) * width + b] ?? 0) >= (longest[a * width + b + 1] ?? 0)) {
      changes.push({ how: "removed", item: before[a++] as T });
    } else {
      changes.push({ how: "added", item: after[b++] as T });
    }
  }
  return [...changes, ...removed.slice(a), ...added.slice(b)];
}

/** A value with its keys in order, so that equal values are equal texts. */
export function stable(value: Json): string {
  if (Array.isArray(value)) {
    return `[${value.map(stable).join(",")}]`;
  }
  if (typeof value === "object" && value !== null) {
    const members = Object.keys(value)
      .sort()
      .map((name) => `${JSON.stringify(name)}:${stable(value[name] as Json)}`);
    return `{${members.join(",")}}`;
  }
  return JSON.stringify(value);
}

/** What became of a text, word by word. */
export function diffWords(before: string, after: string): Change<string>[] {
  const words = (text: string) => text.match(/\s+|[\p{L}\p{N}_]+|[^\s\p{L}\p{N}_]/gu) ?? [];
  const changes = diffLists(words(before), words(after), (a, b) => a === b);
  const joined: Change<string>[] = [];
  for (const change of changes) {
    const last = joined.at(-1);
    if (last?.how === change.how) {
      last.item += change.item;
    } else {
      joined.push({ ...change });
    }
  }
  return joined;
}

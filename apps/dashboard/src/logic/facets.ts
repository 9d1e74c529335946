/** How many values of a list are shown. */
export const MOST_VALUES = 50;

/** What is shown of a list, and whether there is more: one value more is asked for than shown. */
export function cutOff<T>(list: readonly T[]): { shown: readonly T[]; isCut: boolean } {
  return { shown: list.slice(0, MOST_VALUES), isCut: list.length > MOST_VALUES };
}

import type { Facets } from "../api/types.ts";

/** How many values of each list are asked for. */
export const MOST_VALUES = 50;

/** How many values a list has, where there are more of them than it has: the server says of all its lists together whether one is cut. */
export function cutAt(facets: Pick<Facets, "more"> | undefined, list: readonly unknown[]): number | undefined {
  return facets?.more === true && list.length >= MOST_VALUES ? list.length : undefined;
}

import { type Filters, readFilters, writeFilters } from "./filters.ts";

/** A saved set of filters. */
export type View = { name: string; search: string };

const KEY = "tracewire.views";

/** Views that are there from the beginning. */
export const GIVEN: readonly View[] = [
  { name: "All traces", search: "" },
  { name: "Failed", search: "failed=true" },
  { name: "In flight", search: "open=true" },
];

/** The user's views; what cannot be read is none. */
export function readViews(storage: Pick<Storage, "getItem">): View[] {
  try {
    const value: unknown = JSON.parse(storage.getItem(KEY) ?? "[]");
    if (!Array.isArray(value)) {
      return [];
    }
    return value.filter(
      (view): view is View => typeof view?.name === "string" && typeof view?.search === "string" && view.name !== "",
    );
  } catch {
    return [];
  }
}

/** Saves a view; one of the same name is replaced. */
export function saveView(storage: Storage, name: string, filters: Filters): View[] {
  const view = { name, search: writeFilters("", filters) };
  const views = [...readViews(storage).filter((other) => other.name !== name), view];
  storage.setItem(KEY, JSON.stringify(views));
  return views;
}

/** Removes a view. */
export function dropView(storage: Storage, name: string): View[] {
  const views = readViews(storage).filter((view) => view.name !== name);
  storage.setItem(KEY, JSON.stringify(views));
  return views;
}

/** The filters of a view. */
export function viewFilters(view: View): Filters {
  return readFilters(view.search);
}

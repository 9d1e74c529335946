import { useCallback, useMemo } from "react";
import { useSearch } from "wouter";
import { navigate } from "wouter/use-browser-location";

/** Changes of an address; undefined or empty takes a parameter away. */
export type Changes = { [name: string]: string | undefined };

/** Goes to an address within the dashboard. */
export function go(to: string, options: { replace?: boolean } = {}): void {
  navigate(to, options);
}

/** A search text with some parameters changed. */
export function changed(search: string, changes: Changes): string {
  const parameters = new URLSearchParams(search);
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined || value === "") {
      parameters.delete(name);
    } else {
      parameters.set(name, value);
    }
  }
  const text = parameters.toString();
  return text === "" ? "" : `?${text}`;
}

/** The state of a page is its address: read here, changed here, and nowhere else. */
export function useUrl() {
  const search = useSearch();
  const parameters = useMemo(() => new URLSearchParams(search), [search]);
  const set = useCallback((changes: Changes, options: { replace?: boolean } = { replace: true }) => {
    // The address of now, not of the last drawing: two changes in one moment both count.
    navigate(`${location.pathname}${changed(location.search, changes)}`, options);
  }, []);
  return { search, parameters, get: (name: string) => parameters.get(name) ?? undefined, set };
}

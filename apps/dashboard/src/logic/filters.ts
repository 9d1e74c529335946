/** The filters of a list and the address bar are one thing, written in two ways. */

/** What the list of traces can be narrowed by. */
export const FIELDS = [
  "service",
  "status",
  "kind",
  "name",
  "model",
  "agent",
  "session",
  "failed",
  "open",
  "since",
  "until",
  "q",
] as const;

/** The name of a filter. */
export type Field = (typeof FIELDS)[number];

/** Filters that are set. */
export type Filters = Partial<Record<Field, string>>;

/** Filters that are on or off. */
export const SWITCHES: readonly Field[] = ["failed", "open"];

/** Filters that have chips; the search and the time have places of their own. */
export const CHIPS: readonly Field[] = FIELDS.filter((field) => !["q", "since", "until"].includes(field));

/** Reads the filters of an address; what is empty or unknown is left out. */
export function readFilters(search: string): Filters {
  const parameters = new URLSearchParams(search);
  const filters: Filters = {};
  for (const field of FIELDS) {
    const value = parameters.get(field);
    if (value === null || value === "") {
      continue;
    }
    if (SWITCHES.includes(field) && value !== "true") {
      continue;
    }
    filters[field] = value;
  }
  return filters;
}

/** Writes filters into an address; other parameters stay as they are, and the order is always the same. */
export function writeFilters(search: string, filters: Filters): string {
  const before = new URLSearchParams(search);
  const after = new URLSearchParams();
  for (const field of FIELDS) {
    const value = filters[field];
    if (value !== undefined && value !== "") {
      after.set(field, value);
    }
  }
  for (const [name, value] of before) {
    if (!(FIELDS as readonly string[]).includes(name)) {
      after.append(name, value);
    }
  }
  return after.toString();
}

/** The same filters with one changed, or taken away by undefined. */
export function withFilter(filters: Filters, field: Field, value: string | undefined): Filters {
  const { [field]: _, ...rest } = filters;
  return value === undefined || value === "" ? rest : { ...rest, [field]: value };
}

/** Whether two sets of filters ask the same. */
export function sameFilters(a: Filters, b: Filters): boolean {
  return FIELDS.every((field) => a[field] === b[field]);
}

/** Reads what was typed into the search: `service:shop failed otters` sets filters and searches for the rest. */
export function readTyped(text: string, filters: Filters): Filters {
  let result = filters;
  const words: string[] = [];
  for (const word of text.trim().split(/\s+/)) {
    const found = /^(service|status|kind|name|model|agent|session):(.+)$/.exec(word);
    if (found !== null) {
      result = withFilter(result, found[1] as Field, found[2]);
    } else if (word === "is:failed" || word === "is:open") {
      result = withFilter(result, word.slice(3) as Field, "true");
    } else if (word !== "") {
      words.push(word);
    }
  }
  return withFilter(result, "q", words.join(" "));
}

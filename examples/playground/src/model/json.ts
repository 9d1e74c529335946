/**
 * JSON values as the wire has them: tags such as `{"$int": "…"}` stay what they are.
 *
 * @module
 */

export type Json = null | boolean | number | string | readonly Json[] | JsonMap;
export interface JsonMap {
  readonly [key: string]: Json;
}

export function isMap(value: Json | undefined): value is JsonMap {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

export function mapAt(value: Json | undefined, key: string): JsonMap | undefined {
  const found = isMap(value) ? value[key] : undefined;
  return isMap(found) ? found : undefined;
}

export function textAt(value: Json | undefined, key: string): string | undefined {
  const found = isMap(value) ? value[key] : undefined;
  return typeof found === "string" ? found : undefined;
}

export function countAt(value: Json | undefined, key: string): number | undefined {
  const found = isMap(value) ? value[key] : undefined;
  return typeof found === "number" && Number.isSafeInteger(found) && found >= 0 ? found : undefined;
}

/** The hash of a `{"$ref": …}`, if the value is one. */
function referenceOf(value: JsonMap): string | undefined {
  const hash = value["$ref"];
  return typeof hash === "string" && Object.keys(value).length === 1 ? hash : undefined;
}

/** The value with contents in the places that refer to them. What is not carried stays a reference. */
export function resolved(value: Json, contents: ReadonlyMap<string, Json>, depth = 0): Json {
  if (depth > 200 || typeof value !== "object" || value === null) return value;
  if (isList(value)) return value.map((item) => resolved(item, contents, depth + 1));
  const map = value as JsonMap;
  const hash = referenceOf(map);
  if (hash !== undefined) {
    const content = contents.get(hash);
    return content === undefined ? map : resolved(content, contents, depth + 1);
  }
  return Object.fromEntries(Object.entries(map).map(([key, item]) => [key, resolved(item, contents, depth + 1)]));
}

/** One short line of what a value says, of at most about `longest` characters. */
export function glimpse(value: Json | undefined, contents: ReadonlyMap<string, Json>, longest = 140): string {
  if (value === undefined) return "";
  const out: string[] = [];
  let room = longest;
  const put = (text: string): boolean => {
    out.push(text.length > room ? text.slice(0, room) : text);
    room -= text.length;
    return room > 0;
  };
  const write = (item: Json, depth: number): boolean => {
    if (typeof item === "string")
      return put(depth === 0 ? item.slice(0, room + 1) : JSON.stringify(item.slice(0, room + 1)));
    if (typeof item !== "object" || item === null) return put(String(item));
    if (depth > 6) return put("…");
    if (isList(item)) {
      if (!put("[")) return false;
      for (const [index, element] of item.entries()) {
        if ((index > 0 && !put(", ")) || !write(element, depth + 1)) return false;
      }
      return put("]");
    }
    const map = item as JsonMap;
    const content = contents.get(referenceOf(map) ?? "");
    if (content !== undefined) return write(content, depth);
    const entries = Object.entries(map);
    if (depth > 0 && !put("{")) return false;
    for (const [index, [key, element]] of entries.entries()) {
      if ((index > 0 && !put(depth === 0 ? "  " : ", ")) || !put(depth === 0 ? `${key}=` : `${key}: `)) return false;
      if (!write(element, depth + 1)) return false;
    }
    return depth === 0 || put("}");
  };
  const whole = write(value, 0);
  return out.join("").replace(/\s+/g, " ") + (whole ? "" : "…");
}

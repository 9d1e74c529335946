/**
 * A value for people: texts as texts, messages of a conversation as such, maps and lists as a table of their members.
 *
 * @module
 */
import { isList, isMap, type Json, type JsonMap, textAt } from "../model/json.ts";
import { bytes, plural } from "../model/words.ts";
import { h } from "./dom.ts";

/** Longer texts are folded. */
const LONG_TEXT = 2_000;
const MANY = 200;

export function valueView(value: Json, depth = 0): HTMLElement {
  if (typeof value === "string") return textView(value);
  if (typeof value !== "object" || value === null)
    return h(
      "span",
      { class: `scalar is-${value === null || typeof value === "boolean" ? "word" : "number"}` },
      String(value),
    );
  const messages = messagesIn(value);
  if (messages !== undefined) return conversation(messages, value, depth);
  if (isList(value)) return listView(value, depth);
  const tag = tagged(value as JsonMap);
  return tag ?? mapView(Object.entries(value as JsonMap), depth);
}

function textView(text: string, isProse = text.includes("\n") || text.length > 80): HTMLElement {
  if (text.length <= LONG_TEXT)
    return h("span", { class: isProse ? "prose" : "scalar is-text" }, text === "" ? "(empty)" : text);
  const whole = h("span", { class: "prose" }, `${text.slice(0, LONG_TEXT)}…`);
  const more = h("button", { type: "button", class: "link" }, `all ${bytes(new TextEncoder().encode(text).length)}`);
  more.addEventListener("click", () => {
    whole.textContent = text;
    more.remove();
  });
  return h("span", {}, whole, " ", more);
}

/** What a tag says, in a word. */
function tagged(map: JsonMap): HTMLElement | undefined {
  const [key, ...others] = Object.keys(map);
  if (key === undefined || !/^\$[^$]/.test(key)) return undefined;
  const inner = map[key] as Json;
  const said = (text: string): HTMLElement => h("span", { class: "tagged" }, h("span", { class: "tag" }, text));
  if (key === "$cut")
    return h(
      "span",
      { class: "tagged" },
      valueView(inner),
      said(
        ` cut: ${others.map((name) => `${name.replaceAll("_", " ")} ${String(map[name])}`).join(", ") || "no room"}`,
      ),
    );
  if (others.length > 0) return undefined;
  const words: Readonly<Record<string, string>> = {
    $ref: "not carried here",
    $erased: "erased",
    $withheld: "withheld",
    $redacted: "redacted",
  };
  if (words[key] !== undefined)
    return h(
      "span",
      { class: "tagged" },
      h("span", { class: "tag" }, words[key]),
      h("span", { class: "quiet mono" }, ` ${String(inner)}`),
    );
  return h(
    "span",
    { class: "tagged" },
    h("span", { class: "scalar is-number" }, typeof inner === "string" ? inner : JSON.stringify(inner)),
    h("span", { class: "tag" }, key.slice(1)),
  );
}

function mapView(entries: readonly (readonly [string, Json])[], depth: number): HTMLElement {
  if (entries.length === 0) return h("span", { class: "scalar quiet" }, "{}");
  if (depth > 12) return h("span", { class: "scalar" }, JSON.stringify(Object.fromEntries(entries)));
  const rows = entries
    .slice(0, MANY)
    .map(([key, value]) => h("div", { class: "member" }, h("dt", {}, key), h("dd", {}, valueView(value, depth + 1))));
  return h(
    "dl",
    { class: "map" },
    ...rows,
    entries.length > MANY && h("div", { class: "quiet" }, `and ${plural(entries.length - MANY, "more member")}`),
  );
}

function listView(list: readonly Json[], depth: number): HTMLElement {
  if (list.length === 0) return h("span", { class: "scalar quiet" }, "[]");
  if (list.every((item) => typeof item !== "object" || item === null) && list.length <= 40) {
    return h("span", { class: "chips" }, ...list.map((item) => h("span", { class: "chip" }, String(item))));
  }
  if (depth > 12) return h("span", { class: "scalar" }, JSON.stringify(list));
  return mapView(
    list.map((item, index) => [String(index), item] as const),
    depth,
  );
}

/** The messages of a conversation, where a value is one or holds one. */
function messagesIn(value: Json): readonly JsonMap[] | undefined {
  const list = isList(value) ? value : isMap(value) && isList(value["messages"]) ? value["messages"] : undefined;
  if (list === undefined || list.length === 0) return undefined;
  return list.every((item): item is JsonMap => isMap(item) && typeof item["role"] === "string") ? list : undefined;
}

function conversation(messages: readonly JsonMap[], whole: Json, depth: number): HTMLElement {
  const others = isMap(whole) ? Object.entries(whole).filter(([key]) => key !== "messages") : [];
  return h(
    "div",
    { class: "conversation" },
    ...messages.slice(0, MANY).map((message) => {
      const role = textAt(message, "role") ?? "";
      const rest = Object.entries(message).filter(
        ([key, value]) => key !== "role" && !(key === "content" && (value === "" || value === null)),
      );
      const said = rest.length === 1 && rest[0]?.[0] === "content" ? rest[0][1] : undefined;
      const content =
        said === undefined ? undefined : typeof said === "string" ? textView(said, true) : valueView(said, depth + 1);
      return h(
        "div",
        { class: `message-of role-${/^(system|user|assistant|tool)$/.test(role) ? role : "other"}` },
        h("span", { class: "role" }, role),
        h("div", {}, content ?? mapView(rest, depth + 1)),
      );
    }),
    others.length > 0 && mapView(others, depth + 1),
  );
}

import { expect, test } from "vitest";
import type { Json, TraceNode } from "../src/api/types.ts";
import { diffLists, diffWords, stable } from "../src/logic/diff.ts";
import { inWords, toldOf } from "../src/logic/media.ts";
import { conversationOf, messagesOf } from "../src/logic/messages.ts";
import { changedMessages } from "../src/logic/turns.ts";

function node(input: Json, output: Json, attributes: { [name: string]: Json } = {}): TraceNode {
  return {
    depth: 0,
    form: "span",
    kind: "llm",
    producer: "p",
    state: "ended",
    start: "",
    end: "",
    self_nanos: 0,
    critical_nanos: 0,
    slow: false,
    failed: false,
    attributes,
    body: { input, output },
  };
}

const parts = (value: Json) =>
  messagesOf(value)?.flatMap((message) =>
    message.parts.map((part) =>
      [message.role, part.kind, "text" in part ? part.text : "name" in part ? part.name : ""].join(" "),
    ),
  );

test("messages of chat completions", () => {
  expect(
    parts({
      messages: [
        { role: "system", content: "Be brief." },
        {
          role: "user",
          content: [
            { type: "text", text: "What is this?" },
            { type: "image_url", image_url: { url: "data:image/png;base64,iVBORw0KGgo=" } },
          ],
        },
        {
          role: "assistant",
          content: null,
          tool_calls: [{ id: "c1", type: "function", function: { name: "look", arguments: '{"at":1}' } }],
        },
        { role: "tool", tool_call_id: "c1", content: "[1]" },
      ],
    }),
  ).toEqual(["system text Be brief.", "user text What is this?", "user media ", "assistant call look", "tool result "]);
});

test("media that are told and not here are cards, wherever a library puts them", () => {
  const png = (more: { [name: string]: Json }) => ({
    $media: { bytes: 118034, height: 768, type: "image/png", width: 1024, ...more },
  });
  const parts: Json[] = [
    { type: "image_url", image_url: { url: png({ hash: "sha256:00", encoding: "base64" }) } },
    { type: "image", source: { type: "base64", media_type: "image/jpeg", data: png({ missing_bytes: 118034 }) } },
    { inline_data: { mime_type: "image/png", data: png({ hash: "sha256:00" }) } },
  ];
  const media = messagesOf([{ role: "user", content: parts }])?.[0]?.parts.map((part) =>
    part.kind === "media" && part.media.told !== undefined
      ? [inWords(part.media.told), part.media.told.cut]
      : part.kind,
  );
  expect(media).toEqual([
    ["image/png 1024×768", false],
    ["image/png 1024×768", true],
    ["image/png 1024×768", false],
  ]);
  expect(toldOf({ $media: { type: "audio/wav", bytes: 9, duration_nanos: 1_500_000_000 } })?.seconds).toBe(1.5);
  expect(toldOf({ $media: "image/png" })).toBeUndefined();
});

test("messages with content blocks, and a system beside them", () => {
  expect(
    parts({
      system: "Be kind.",
      messages: [
        {
          role: "assistant",
          content: [
            { type: "thinking", thinking: "hm" },
            { type: "tool_use", id: "t", name: "look", input: {} },
          ],
        },
        { role: "user", content: [{ type: "tool_result", tool_use_id: "t", content: "no", is_error: true }] },
      ],
    }),
  ).toEqual(["system text Be kind.", "assistant reasoning hm", "assistant call look", "user result "]);
});

test("messages by the conventions for generative AI, as lists and as texts that hold them", () => {
  const given: Json = [{ role: "user", parts: [{ type: "text", content: "Hi" }] }];
  const said: Json = [
    {
      role: "assistant",
      parts: [
        { type: "reasoning", content: "r" },
        { type: "tool_call", id: "1", name: "look", arguments: { a: 1 } },
      ],
    },
  ];
  const read = conversationOf(
    node(null, null, {
      "gen_ai.system_instructions": [{ type: "text", content: "Be." }],
      "gen_ai.input.messages": given,
      "gen_ai.output.messages": said,
    }),
  );
  expect(read?.given.map((message) => message.role)).toEqual(["system", "user"]);
  expect(read?.answered[0]?.parts.map((part) => part.kind)).toEqual(["reasoning", "call"]);
  const texts = conversationOf(
    node(null, null, {
      "gen_ai.input.messages": JSON.stringify(given),
      "gen_ai.output.messages": JSON.stringify(said),
    }),
  );
  expect(texts?.given[0]?.parts).toEqual([{ kind: "text", text: "Hi" }]);
});

test("items of responses, whole completions, and single messages", () => {
  expect(
    parts([
      { type: "function_call", name: "look", arguments: "{}", call_id: "1" },
      { type: "function_call_output", call_id: "1", output: "done" },
    ]),
  ).toEqual(["assistant call look", "tool result "]);
  expect(parts({ choices: [{ message: { role: "assistant", content: "Yes." } }] })).toEqual(["assistant text Yes."]);
  expect(parts({ role: "assistant", content: "Yes." })).toEqual(["assistant text Yes."]);
});

test("what is no conversation is none", () => {
  for (const value of [
    null,
    "text",
    7,
    [],
    [1, 2],
    {},
    { messages: "none" },
    { messages: [] },
    { query: "otters" },
  ] as Json[]) {
    expect(messagesOf(value), JSON.stringify(value)).toBeUndefined();
  }
  expect(conversationOf(node({ query: 1 }, "text"))).toBeUndefined();
});

test("what was erased or withheld is said, and nothing hostile makes it throw", () => {
  expect(parts([{ role: "user", content: "a" }, { $erased: "sha256:00" }, { $withheld: "sha256:00" }])).toEqual([
    "user text a",
    "? gone ",
    "? gone ",
  ]);
  for (const value of [
    [{ role: "user", content: 7 }],
    [{ role: "user", content: [null, [], { type: "text" }] }],
    [{ role: "x", tool_calls: [null, 1, { function: 3 }] }],
    { choices: [null, { message: null }, { message: { role: "a" } }] },
  ] as Json[]) {
    expect(() => messagesOf(value)).not.toThrow();
  }
});

const say = (role: string, content: string): Json => ({ role, content });

test("the least change between two lists", () => {
  const shown = (before: string, after: string) =>
    diffLists([...before], [...after], (a, b) => a === b)
      .map(({ how, item }) => ({ same: "", added: "+", removed: "-" })[how] + item)
      .join("");
  expect(shown("abc", "abc")).toBe("abc");
  expect(shown("abc", "abcd")).toBe("abc+d");
  expect(shown("abc", "xbc")).toBe("-a+xbc");
  expect(shown("abcdef", "acdxf")).toBe("a-bcd-e+xf");
  expect(shown("", "a")).toBe("+a");
  expect(shown("a", "")).toBe("-a");
});

test("since the turn before: the answer and what follows it stay, what is new is new", () => {
  const before = node({ messages: [say("system", "A"), say("user", "q")] }, say("assistant", "a"));
  const after = node(
    { messages: [say("system", "B"), say("user", "q"), say("assistant", "a"), say("user", "next")] },
    null,
  );
  expect(changedMessages(before, after)?.map(({ how, item }) => `${how} ${item.role}`)).toEqual([
    "removed system",
    "added system",
    "same user",
    "same assistant",
    "added user",
  ]);
  expect(changedMessages(node("x", "y"), after)).toBeUndefined();
});

test("keys in another order are no change", () => {
  expect(stable({ b: [1, { d: null, c: "x" }], a: true })).toBe(stable({ a: true, b: [1, { c: "x", d: null }] }));
  expect(stable({ a: 1 })).not.toBe(stable({ a: "1" }));
});

test("words that changed", () => {
  expect(diffWords("Be very brief.", "Be kind, brief.")).toEqual([
    { how: "same", item: "Be " },
    { how: "removed", item: "very" },
    { how: "added", item: "kind," },
    { how: "same", item: " brief." },
  ]);
});

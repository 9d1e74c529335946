import { Builder, type Made } from "./build.ts";
import { looping } from "./looping.ts";
import { coding, research, support } from "./scenarios.ts";

/** Strings that try to break out of where they are shown. Also read by the tests. */
export const HOSTILE: readonly string[] = [
  "<script>globalThis.pwned = 1</script>",
  '<img src=x onerror="globalThis.pwned = 1">',
  '"><svg onload=globalThis.pwned=1>',
  "javascript:globalThis.pwned=1",
  "{{constructor.constructor('globalThis.pwned=1')()}}",
  "</style><style>*{display:none}</style>",
  "' onmouseover='globalThis.pwned=1",
  "\u202egnp.exe\u202c",
  "zero\u200b\u2060width",
  "\u001b[31mred\u001b[0m\u0000nul",
  "data:text/html,<script>globalThis.pwned=1</script>",
  `__proto__`,
  `${"𝕒".repeat(40)}Z̸͕̈a̶͎͝l̴̻̇g̶̝͠o̷̲͛`,
  "a".repeat(4000),
];

/** Ids of the traces that tests and pictures look at. */
export const IDS = {
  research: "4bf92f3577b34da6a3ce929d0e0e4736",
  again: "5cf03a4688c45eb7b4df03ae1f1f5847",
  long: "10000000000000000000000000010000",
  hostile: "badbadbadbadbadbadbadbadbadbad00",
  killed: "deaddeaddeaddeaddeaddeaddeaddead",
  photo: "00000000000000000000000000000099",
  coding: "c0de0000000000000000000000000001",
  loops: "c1c1e000000000000000000000000007",
  mended: "c1c1e000000000000000000000000001",
  unwanted: "0ff00ff00ff00ff00ff00ff00ff00ff0",
} as const;

/** Ten thousand spans: a crawler with a hundred workers. */
export function long(start: number): Made {
  const b = new Builder(10_000);
  b.span("agent", "crawler", { body: { input: { seeds: 100 } } }, () => {
    b.together(
      Array.from({ length: 100 }, (_, worker) => () => {
        b.wait(worker * 40e6);
        b.span("chain", `worker ${worker + 1}`, {}, () => {
          for (let page = 0; page < 33; page++) {
            b.span(
              "tool",
              "fetch_page",
              {
                body: { input: { url: `https://library.example/${worker}/${page}` } },
                ...(page === 17 && worker % 9 === 0
                  ? { status: "error" as const, failed: true, failure: "404 not found" }
                  : {}),
              },
              () => {
                b.wait(3e6);
                b.span(
                  "http",
                  "GET",
                  { attributes: { "http.request.method": "GET", "http.response.status_code": 200 } },
                  () => b.wait(b.random.tail(120e6)),
                );
              },
            );
            b.span(
              "llm",
              "summarise",
              {
                attributes: { "gen_ai.request.model": "gpt-5-mini" },
                usage: { input_tokens: 800, output_tokens: 60 },
                cost: { USD: "0.00032" },
              },
              () => b.wait(b.random.tail(400e6)),
            );
          }
        });
      }),
    );
  });
  return {
    id: IDS.long,
    start,
    service: "crawler",
    agent: "crawler",
    model: "gpt-5-mini",
    nodes: b.nodes.slice(0, 10_000),
  };
}

/** Every hostile string in every place that a string can be in. */
export function hostile(start: number): Made {
  const b = new Builder(666);
  b.span(
    "agent",
    HOSTILE[0] ?? "",
    { body: { input: HOSTILE[1] ?? "", output: HOSTILE[2] ?? "", session_id: HOSTILE[3] ?? "" } },
    () => {
      for (const text of HOSTILE) {
        b.span(
          "tool",
          text,
          {
            kind: text.slice(0, 80),
            failure: text,
            failed: true,
            status: "error",
            attributes: { [text.slice(0, 200)]: text, nested: { [text.slice(0, 50)]: [text] } },
            body: {
              input: { [text.slice(0, 60)]: text },
              output: text,
              status_message: text,
              links: [{ trace_id: text, relation: text }],
            },
            exceptions: [{ time: "", type: text.slice(0, 100), message: text, stacktrace: `${text}\n${text}` }],
          },
          () => b.wait(50e6),
        );
        b.span(
          "llm",
          "chat",
          {
            attributes: { "gen_ai.request.model": text.slice(0, 60) },
            body: {
              input: {
                messages: [
                  { role: text.slice(0, 30), content: text },
                  { role: "user", content: [{ type: "image_url", image_url: { url: text } }] },
                ],
              },
              output: {
                role: "assistant",
                content: text,
                tool_calls: [{ id: text, function: { name: text, arguments: text } }],
              },
            },
          },
          () => b.wait(90e6),
        );
        b.log("warning", text);
        b.event(text, { [text.slice(0, 40)]: text });
      }
      b.span(
        "llm",
        "svg",
        {
          body: {
            input: {
              messages: [
                {
                  role: "user",
                  content: [
                    {
                      type: "image",
                      source: {
                        type: "base64",
                        media_type: "image/svg+xml",
                        data: btoa('<svg xmlns="http://www.w3.org/2000/svg" onload="globalThis.pwned=1"/>'),
                      },
                    },
                  ],
                },
              ],
            },
          },
        },
        () => b.wait(20e6),
      );
    },
  );
  return {
    id: IDS.hostile,
    start,
    service: HOSTILE[6] ?? "",
    session: HOSTILE[3] ?? "",
    agent: HOSTILE[0] ?? "",
    model: HOSTILE[4] ?? "",
    nodes: b.nodes,
  };
}

/** Traces that are always there, a little before `now`. */
export function special(now: number): Made[] {
  const minute = 60_000;
  const killed = coding(31, now - 22 * minute, 9);
  const failed = seedWhere((seed) => research(seed, 0).nodes.some((node) => node.failed && node.kind === "tool"));
  const photo = seedWhere((seed) => JSON.stringify(support(seed, 0).nodes).includes("image/png"));
  return [
    { ...research(failed, now - 9 * minute), id: IDS.research, session: "chat-42" },
    { ...research(failed, now - 6 * minute), id: IDS.again, session: "chat-42", nodes: again(failed) },
    { ...support(photo, now - 5 * minute), id: IDS.photo },
    { ...coding(7, now - 14 * minute, 26), id: IDS.coding },
    { ...support(71, now - 17 * minute), id: IDS.unwanted },
    { ...looping(now - 11 * minute), id: IDS.loops },
    { ...looping(now - 7 * minute, true), id: IDS.mended },
    { ...killed, id: IDS.killed, dies: 21e9, losses: [{ count: 3, reason: "quota" }] },
    long(now - 26 * 60 * minute),
    hostile(now - 31 * minute),
  ];
}

/** The same run, after a change: another model, one step less, quicker. */
function again(seed: number) {
  const nodes = research(seed, 0).nodes.filter((node) => node.name !== "check claims");
  for (const node of nodes) {
    node.from *= 0.8;
    node.to *= 0.8;
    if (node.kind === "tool") {
      node.failed = false;
      node.status = "ok";
      delete node.failure;
      delete node.exceptions;
    }
  }
  return nodes;
}

function seedWhere(fits: (seed: number) => boolean): number {
  for (let seed = 50; seed < 500; seed++) {
    if (fits(seed)) {
      return seed;
    }
  }
  return 50;
}

/** Runs of agents and streams of chunks. */
import { expect, onTestFinished, test, vi } from "vitest";
import { currentSpan } from "../../src/recording/place.ts";
import { chunksOf, recorded } from "./recorded.ts";

test("a session is the root of a run", async () => {
  const { client, steps } = recorded();
  const given = await client.session(
    { agentId: "researcher", sessionId: "chat-7", userId: "u-1", tags: ["demo"], input: "why?", environment: "test" },
    async (run) => {
      expect(currentSpan()).toBe(run);
      run.agentStep("plan", { attributes: { a: 1 } }, (plan) => plan.setOutput(["search"]));
      const found = await run.toolCall("search", { input: { query: "otters" } }, async (call) => {
        await null;
        call.setOutput(["Lutra lutra"]);
        run.llmCall("chat", (llm) => llm.usage({ inputTokens: 3 }));
        return 17;
      });
      run.setOutput("because");
      expect([run.agentId, run.sessionId, run.userId]).toEqual(["researcher", "chat-7", "u-1"]);
      expect(String(run)).toMatch(/^<tracewire.Session chat-7 [0-9a-f]{16}>$/);
      return found;
    },
  );
  expect(given).toBe(17);
  const [root, plan, tool, chat] = steps();
  expect(root).toMatchObject({ kind: "agent", status: "ok", parentId: undefined });
  expect(root?.body).toEqual({
    name: "researcher",
    session_id: "chat-7",
    user_id: "u-1",
    tags: ["demo"],
    environment: "test",
    attributes: { "gen_ai.agent.id": "researcher" },
    input: "why?",
    output: "because",
  });
  expect(plan).toMatchObject({ kind: "step", parentId: root?.id, body: { attributes: { a: 1 } } });
  expect(tool).toMatchObject({
    kind: "tool",
    body: { attributes: { "gen_ai.tool.name": "search" }, output: ["Lutra lutra"] },
  });
  expect(chat).toMatchObject({ kind: "llm", parentId: tool?.id, body: { usage: { input_tokens: 3 } } });
});

test("a session that fails", async () => {
  const { client, step } = recorded();
  const error = new RangeError("x");
  expect(() =>
    client.session((run) => {
      expect(run.name).toBe("session");
      throw error;
    }),
  ).toThrow(error);
  await expect(
    client.session("later", async () => {
      throw error;
    }),
  ).rejects.toBe(error);
  for (const name of ["session", "later"]) {
    expect(step(name)).toMatchObject({ status: "error", body: { exception: { type: "RangeError" } } });
  }
  expect(currentSpan()).toBeUndefined();
});

test("sessions at the same time do not mix", async () => {
  const { client, steps } = recorded();
  await Promise.all(
    Array.from({ length: 20 }, (_, n) =>
      client.session(String(n), async (run) => {
        await null;
        await run.toolCall("search", async () => null);
      }),
    ),
  );
  const roots = new Map(steps().map((step) => [step.id, step]));
  const traces = new Set(steps().map((step) => step.traceId));
  expect(traces.size).toBe(20);
  for (const tool of steps().filter((step) => step.kind === "tool")) {
    expect(roots.get(tool.parentId ?? "")?.traceId).toBe(tool.traceId);
  }
});

test("a session inside of a step belongs to it, unless it says otherwise", () => {
  const { client, step } = recorded();
  client.span("outer", () => {
    client.session("inner", () => undefined);
    client.session({ agentId: "own", parent: null }, () => undefined);
  });
  expect(step("inner").parentId).toBe(step("outer").id);
  expect(step("own").parentId).toBeUndefined();
});

test("steps of a session that is not current find it", async () => {
  const { client, step } = recorded();
  {
    await using one = client.session("a");
    await using other = client.session({ agentId: "b" });
    expect(currentSpan()).toBeUndefined();
    one.toolCall("somewhere", () => one.agentStep("below it", () => undefined));
    other.run(() => one.toolCall("of the first", () => undefined));
    using call = other.llmCall("held");
    call.setOutput("x");
  }
  expect(step("somewhere").parentId).toBe(step("a").id);
  expect(step("below it").parentId).toBe(step("somewhere").id);
  expect(step("of the first").parentId).toBe(step("a").id);
  expect(step("held")).toMatchObject({ parentId: step("b").id, status: "ok" });
  expect(step("a").status).toBe("ok");
});

test("a session is flushed at its end, before its promise settles", async () => {
  const { client, step } = recorded();
  let settle = (): void => undefined;
  const flushed = new Promise<never>((resolve) => {
    settle = resolve as () => void;
  });
  const flush = vi.spyOn(client, "flush").mockReturnValue(flushed);
  let isSettled = false;
  const run = client
    .session({ agentId: "a", flushTimeoutMillis: 7 }, async () => null)
    .then(() => {
      isSettled = true;
    });
  for (let turn = 0; turn < 100 && flush.mock.calls.length === 0; turn++) await null;
  expect(step("a").status).toBe("ok");
  expect(isSettled).toBe(false);
  settle();
  await run;
  expect(flush.mock.calls).toEqual([[7]]);
  client.session("sync", () => undefined);
  await client.session("b")[Symbol.asyncDispose]();
  expect(flush).toHaveBeenCalledTimes(3);
});

test("a stream keeps order and writes many at once", () => {
  const { client, step } = recorded();
  client.session("a", (run) => {
    run.stream("voice", { attributes: { codec: "opus" }, input: "go" }, (stream) => {
      for (let n = 0; n < 10_000; n++) stream.event("chunk", { seq: n });
    });
  });
  const found = step("voice");
  expect(found).toMatchObject({ kind: "stream", parentId: step("a").id, body: { input: "go" } });
  expect(chunksOf(found)).toEqual(Array.from({ length: 10_000 }, (_, seq) => ({ seq })));
  expect(found.events[0]).toEqual({ name: "chunk", chunks: [{ seq: 0 }] });
  expect(found.events.length).toBeLessThan(1000);
  expect(found.body.time_to_first_chunk_nanos).toBeGreaterThan(0);
  expect("output" in found.body).toBe(false);
});

test("what waits is written after a tenth of a second", () => {
  const { client, step } = recorded();
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
  onTestFinished(() => {
    vi.useRealTimers();
  });
  using stream = client.stream("s");
  for (const word of ["a", "b", "c"]) stream.chunk(word);
  expect(chunksOf(step("s"))).toEqual(["a"]);
  vi.advanceTimersByTime(100);
  expect(chunksOf(step("s"))).toEqual(["a", "b", "c"]);
  expect(vi.getTimerCount()).toBe(0);
});

test("the timer of a stream keeps nothing alive", () => {
  const { client } = recorded();
  const before = process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
  using stream = client.stream("s");
  for (const word of ["a", "b"]) stream.chunk(word);
  expect(process.getActiveResourcesInfo().filter((name) => name === "Timeout")).toHaveLength(before);
});

test("events of other names keep their place", () => {
  const { client, step } = recorded();
  const reused = { n: 0 };
  client.stream("s", { kind: "llm" }, (stream) => {
    for (const n of [1, 2, 3]) {
      reused.n = n;
      stream.event("chunk", reused);
    }
    stream.event("interrupted");
    stream.event("chunk", undefined, { data: new Uint8Array([0]) });
    stream.event("chunk", { n: 4 }, { data: [5] });
  });
  expect(step("s").events.map((event) => [event.name, event.chunks])).toEqual([
    ["chunk", [{ n: 1 }]],
    ["chunk", [{ n: 2 }, { n: 3 }]],
    ["interrupted", [{}]],
    ["chunk", [{ $bytes: "AA==" }, { n: 4, data: [5] }]],
  ]);
});

test("texts are the output of their stream", async () => {
  const { client, step } = recorded();
  await client.stream("s", async (stream) => {
    for (const token of ["Otters", " swim."]) stream.chunk(token);
  });
  expect(() =>
    client.stream("fails", (stream) => {
      stream.chunk("a");
      throw new Error("x");
    }),
  ).toThrow("x");
  expect(step("s")).toMatchObject({ status: "ok", body: { output: "Otters swim." } });
  expect(step("fails")).toMatchObject({ status: "error", body: { output: "a" } });
  expect(chunksOf(step("fails"))).toEqual(["a"]);
});

test("chunks after the end are counted", async () => {
  const { client, errors } = recorded();
  const stream = client.stream("s");
  stream.end();
  stream.chunk("late");
  stream.event("chunk");
  expect(await errors()).toEqual({ step_ended: 2 });
});

/** Guards: calls that are stopped before they begin, what is reserved and used, and what is recorded of it. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { BudgetExceeded, GuardStop, LoopDetected, TracewireError } from "../../src/errors.ts";
import { Client } from "../../src/recording/client.ts";
import type { Guards } from "../../src/recording/guards.ts";
import type { Verdict } from "../../src/recording/verdict.ts";
import { recorded } from "../wrapping/recorded.ts";
import { folder } from "./reading.ts";

const STEPS: Guards = { budget: { steps: 2 }, warnAt: 1 };

afterEach(() => vi.unstubAllEnvs());

function thrown(work: () => unknown): GuardStop {
  try {
    work();
  } catch (error) {
    if (error instanceof GuardStop) return error;
    throw error;
  }
  throw new Error("nothing was stopped");
}

test("a call is stopped before it begins, and the verdict is in the trace", () => {
  const { client, events, steps } = recorded({ guards: STEPS });
  const made: string[] = [];
  const search = client.tool("search", (query: string) => made.push(query));
  const stop = thrown(() =>
    client.span("run", { kind: "agent", sessionId: "chat-7" }, () =>
      ["one", "two", "three"].map((query) => search(query)),
    ),
  );
  expect(made).toEqual(["one", "two"]);
  expect(stop).toBeInstanceOf(BudgetExceeded);
  expect(stop).toBeInstanceOf(TracewireError);
  expect(stop).toMatchObject({ code: "budget_exceeded", name: "BudgetExceeded", message: stop.verdict.message });
  expect(stop.verdict).toEqual({
    decision: "stop",
    rule: "steps",
    scope: "session:chat-7",
    kind: "tool",
    name: "search",
    unit: "steps",
    limit: "2",
    used: "2",
    reserved: "0",
    asked: "1",
    unpriced: false,
    message: 'step budget of session "chat-7" would be exceeded: tool "search" asks 1, 2 used, 0 reserved, limit 2',
  });
  const [run] = steps();
  expect(steps().map((step) => [step.body.name, step.status])).toEqual([
    ["run", "error"],
    ["search", "ok"],
    ["search", "ok"],
  ]);
  const told = events().filter((event) => event.type === "event");
  expect(told.map((event) => [event.kind, event.parent_id, event.body.name])).toEqual(
    Array(2).fill(["guardrail", run?.id, "tracewire.guard"]),
  );
  expect(told.map((event) => event.body.attributes["tracewire.guard.decision"])).toEqual(["warn", "stop"]);
  expect(told[1]?.body.attributes["tracewire.guard.message"]).toBe(stop.message);
});

test("async functions reject, generators throw with their first part", async () => {
  const { client } = recorded({ guards: STEPS });
  const search = client.tool("search", async () => "found");
  const stream = client.llm("ask", function* () {
    yield "token";
  });
  await client.span("run", async () => {
    expect(await search()).toBe("found");
    expect([...stream()]).toEqual(["token"]);
    expect(thrown(() => [...stream()]).code).toBe("budget_exceeded");
    await expect(search()).rejects.toBeInstanceOf(BudgetExceeded);
    expect(thrown(() => client.startSpan("search", { kind: "tool" })).verdict.used).toBe("2");
  });
});

test("sessions and runs have budgets of their own", () => {
  const { client } = recorded({ guards: STEPS });
  const calls = (sessionId?: string): number => {
    let done = 0;
    thrown(() =>
      client.span("run", { kind: "agent", sessionId }, () => {
        for (;;) client.span("search", { kind: "tool" }, () => done++);
      }),
    );
    return done;
  };
  expect([calls("a"), calls("a"), calls("b"), calls(), calls()]).toEqual([2, 0, 2, 2, 2]);
});

test("a model reserves what it may use, and gives back what it did not", () => {
  const rates = { "house-*": { input: "1000000", output: 1_000_000, cachedInput: "500000" } };
  const { client } = recorded({ guards: { budget: { money: "6" }, rates, warnAt: 1 } });
  const attributes = { "gen_ai.request.model": "house-1", "gen_ai.request.max_tokens": 3 };
  const ask = { kind: "llm", input: "12", attributes }; // 4 bytes: a token, 1 + 3 dollars.
  client.span("run", { sessionId: "chat-7" }, () => {
    client.span("chat", ask, (step) => {
      const { message } = thrown(() => client.startSpan("chat", ask));
      expect(message).toContain("asks 4 USD, 0 USD used, 4 USD reserved, limit 6 USD");
      step.usage({ inputTokens: 2, cacheReadInputTokens: 1, outputTokens: 0 });
    });
  });
  expect(client.guards.status("chat-7")).toMatchObject({
    scope: "session:chat-7",
    money: { used: "1.5", reserved: "0", limit: "6" },
    tokens: { used: "2", reserved: "0" },
    steps: { used: "1", reserved: "0" },
  });
});

test("the price list knows models that are not configured", () => {
  const { client } = recorded({ guards: { budget: { money: 0.0001 }, unpriced: "stop" } });
  const ask = (model: string) =>
    thrown(() => client.startSpan("chat", { kind: "llm", attributes: { "gen_ai.request.model": model } }));
  expect(ask("gpt-4o").message).toMatch(/asks 0\.0\d+ USD/);
  expect(ask("nobody-knows-it").message).toMatch(/no price is known for llm/);
});

test("the same call, the same round, nothing new: loops", () => {
  const loops = (guards: Guards["loops"]) => recorded({ guards: { loops: guards } }).client;
  const repeats = loops({ repeats: 3 });
  const search = repeats.tool({ name: "search", captureInput: false }, (query: string) => query);
  repeats.span("run", () => {
    search("otters");
    search("kelp");
    search("otters");
    const stop = thrown(() => search("otters"));
    expect(stop).toBeInstanceOf(LoopDetected);
    expect([stop.code, stop.verdict.rule, stop.verdict.used, stop.verdict.limit]).toEqual([
      "loop_detected",
      "repeat",
      "2",
      "3",
    ]);
  });
  const cycles = loops({ cycles: 2 });
  cycles.span("run", () => {
    const done: string[] = [];
    const turn = (kind: string, input: unknown) => cycles.span("step", { kind, input }, () => done.push(kind));
    const stop = thrown(() => {
      for (let number = 0; ; number++) {
        turn("llm", number);
        turn("tool", "otters");
      }
    });
    expect([done, stop.verdict.rule]).toEqual([["llm", "tool", "llm"], "cycle"]);
  });
  const idle = loops({ idle: 2 });
  idle.span("run", () => {
    const results = ["a", "b", "a", "b", "never"];
    const poll = (id: number) =>
      idle.span("poll", { kind: "tool", input: { id } }, (step) => step.setOutput(results.shift()));
    const stop = thrown(() => {
      for (;;) poll(7);
    });
    expect([results, stop.verdict.rule]).toEqual([["never"], "idle"]);
    poll(8);
  });
});

test("a warning is given once, and what it throws stays here", async () => {
  const heard: Verdict[] = [];
  const onWarning = (verdict: Verdict): never => {
    heard.push(verdict);
    throw new Error("not yours");
  };
  const { client, errors } = recorded({ guards: { budget: { steps: 4 }, warnAt: 0.5, onWarning } });
  client.span("run", () => {
    for (let turn = 0; turn < 4; turn++) client.span("search", { kind: "tool" }, () => turn);
  });
  expect(heard.map((verdict) => [verdict.decision, verdict.rule, verdict.used])).toEqual([["warn", "steps", "1"]]);
  expect((await errors())["guard_warning_failed"]).toBe(1);
});

test.each([undefined, { message: false }, { output: false }, "output", { attributes: false }] as const)(
  "what is reserved is settled, and told once, whatever is recorded: %j",
  (capture) => {
    const heard: string[] = [];
    const onWarning = ({ used, reserved }: Verdict) => void heard.push(`${used} ${reserved}`);
    const guards = { budget: { tokens: 20 }, loops: { idle: 3 }, warnAt: 0.5, onWarning };
    const { client, steps } = recorded({ guards, ...(capture === undefined ? {} : { capture }) });
    const attributes = { "gen_ai.request.model": "house-1", "gen_ai.request.max_tokens": 4 };
    const input = {
      get asked() {
        client.span("inner", { kind: "tool" }, () => 1);
        return "12345";
      },
    };
    client.span("chat", { kind: "llm", input: "12345678", attributes }, (step) => {
      step.setOutput("x");
      step.usage({ inputTokens: 3, outputTokens: 3 });
    });
    expect(client.guards.status()?.tokens).toEqual({ used: "6", reserved: "0", limit: "20" });
    // 5 + 4 tokens, so that it is near; what is called while it is read is not.
    client.startSpan("chat", { kind: "llm", input, attributes }).end();
    expect(heard).toEqual(["6 0"]);
    expect(client.guards.status()?.tokens).toMatchObject({ reserved: "0" });
    expect(steps().filter((step) => step.body.name === "chat")).toHaveLength(2);
  },
);

test("guards hold for traces that sampling leaves out", () => {
  const { client } = recorded({ guards: STEPS, sampling: 0 });
  client.span("run", { sessionId: "chat-7" }, () => {
    for (let turn = 0; turn < 2; turn++) client.span("search", { kind: "tool" }, () => turn);
    expect(thrown(() => client.startSpan("search", { kind: "tool" })).message).toContain("chat-7");
  });
});

test("a step that is recorded while another is being written is checked too", () => {
  const { client, steps } = recorded({ guards: { budget: { steps: 9 }, loops: { repeats: 9 } } });
  const input = {
    get page() {
      client.span("inner", { kind: "tool", input: 1 }, () => 1);
      return 7;
    },
  };
  client.span("run", { sessionId: "chat-7" }, () => client.span("outer", { kind: "tool", input }, () => 1));
  expect(client.guards.status("chat-7")?.steps).toEqual({ used: "2", reserved: "0", limit: "9" });
  expect(
    steps()
      .map((step) => step.body.name)
      .sort(),
  ).toEqual(["inner", "outer", "run"]);
});

test("without guards nothing is thrown", () => {
  const { client, steps } = recorded();
  for (let turn = 0; turn < 300; turn++) client.span("search", { kind: "tool", input: "the same" }, () => turn);
  expect(steps()).toHaveLength(300);
  expect(client.guards.status()).toBeUndefined();
});

test.each([
  [{ budget: { money: "five" } }, "budget.money: dollars above 0"],
  [{ budget: { monney: 5 } }, "budget.monney: there is no such member"],
  [{ budget: { steps: 0 } }, "budget.steps: a whole number from 1"],
  [{ loops: { repeats: 1 } }, "loops.repeats: a whole number from 2"],
  [{ warnAt: 2 }, "warn_at: a number above 0"],
  [{ rates: { "gpt-4o": { input: "1" } } }, "rates.gpt-4o: input and output are expected"],
  [{ onWarning: "print" }, "onWarning: a function is expected"],
])("limits that cannot be meant are refused: %j", (guards, reason) => {
  expect(() => new Client({ dir: folder(), guards: guards as never })).toThrow(
    expect.objectContaining({
      code: "configuration",
      message: expect.stringContaining(`guards (argument): ${reason}`),
    }),
  );
});

test("limits in the project's file and in the environment", () => {
  const dir = folder();
  mkdirSync(dir, { recursive: true });
  const before = process.cwd();
  process.chdir(dir);
  try {
    writeFileSync(join(dir, "tracewire.toml"), "[guards]\nwarn_at = 1\n[guards.budget]\nsteps = 1\n");
    const one = new Client({ dir });
    one.startSpan("search", { kind: "tool" }).end();
    expect(thrown(() => one.startSpan("search", { kind: "tool" })).code).toBe("budget_exceeded");
    writeFileSync(join(dir, "tracewire.toml"), "[guards.budget]\nstep = 1\n");
    expect(() => new Client({ dir })).toThrow(/tracewire\.toml:1\): budget\.step: there is no such member/);
    vi.stubEnv("TRACEWIRE_GUARDS", '{"budget": {"steps": 1}}');
    const other = new Client({ dir });
    other.startSpan("search", { kind: "tool" }).end();
    expect(thrown(() => other.startSpan("search", { kind: "tool" })).code).toBe("budget_exceeded");
  } finally {
    process.chdir(before);
  }
});

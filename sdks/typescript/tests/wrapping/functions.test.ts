/** Observed functions: what the caller sees, and what is recorded. */
import { describe, expect, test } from "vitest";
import { WRAPPERS } from "../../src/recording/decorators.ts";
import { currentSpan } from "../../src/recording/place.ts";
import { recorded } from "./recorded.ts";

describe("what is recorded", () => {
  test("bare, with a name, and with options", async () => {
    const { client, steps } = recorded();
    const bare = client.tool(function bare(query: string, limit: number): string[] {
      return new Array(limit).fill(query);
    });
    const named = client.retrieval("named", (query: string) => query);
    const quiet = client.observe((secret: string) => secret, {
      name: "quiet",
      kind: "payment",
      captureInput: false,
      captureOutput: false,
      attributes: { a: 1 },
    });
    expect(bare("otters", 2)).toEqual(["otters", "otters"]);
    expect(named("x")).toBe("x");
    expect(quiet("secret")).toBe("secret");
    const [first, second, third] = steps();
    expect(first).toMatchObject({
      kind: "tool",
      status: "ok",
      body: { name: "bare", input: ["otters", 2], output: ["otters", "otters"] },
    });
    expect(second).toMatchObject({ kind: "retrieval", body: { name: "named", input: "x", output: "x" } });
    expect(third?.body).toEqual({ name: "quiet", attributes: { a: 1 } });
    expect(third?.kind).toBe("payment");
  });

  test("each wrapper has its kind", () => {
    const { client, steps } = recorded();
    for (const name of Object.keys(WRAPPERS) as (keyof typeof WRAPPERS)[]) client[name](name, () => undefined)();
    expect(steps().map((step) => [step.body.name, step.kind])).toEqual(Object.entries(WRAPPERS));
  });

  test("an operation says its name", () => {
    const { client, step } = recorded();
    client.operation(function parse() {})();
    client.operation({ name: "other", attributes: { a: 1 } }, () => {})();
    expect(step("parse").body.attributes).toEqual({ "gen_ai.operation.name": "parse" });
    expect(step("other").body.attributes).toEqual({ "gen_ai.operation.name": "other", a: 1 });
  });

  test.each([
    [[], undefined, undefined],
    [[{ query: "q" }], undefined, { query: "q" }],
    [["q"], undefined, "q"],
    [["q", 2], undefined, ["q", 2]],
    [["q", 2], ["query", "limit"], { query: "q", limit: 2 }],
    [["q", 2, 3], ["query"], { query: "q", args: [2, 3] }],
    [["q"], ["query", "limit"], { query: "q" }],
    [[null], undefined, null],
  ])("arguments %j by the names %j are %j", (args, parameters, input) => {
    const { client, step } = recorded();
    const options = { name: "f", ...(parameters && { parameters }) };
    client.tool(options, (..._given: unknown[]) => undefined)(...args);
    const { body } = step("f");
    expect("input" in body ? body.input : undefined).toEqual(input);
    expect("output" in body).toBe(false);
  });

  test("an output that was set wins over the result", () => {
    const { client, step } = recorded();
    const run = client.step("run", () => {
      currentSpan()?.setOutput("set").set("k", 1);
      return "returned";
    });
    expect(run()).toBe("returned");
    expect(step("run").body).toMatchObject({ output: "set", attributes: { k: 1 } });
  });

  test("a correlation id decides the trace where there is no step", () => {
    const { client, step } = recorded();
    client.tool({ name: "pay", correlationId: "order-17" }, () => undefined)();
    expect(step("pay")).toMatchObject({
      traceId: "ee11261620ae53d253093d6835ce67eb",
      body: { correlation_id: "order-17" },
    });
  });

  test("recursion and nesting", () => {
    const { client, steps } = recorded();
    const down = client.step("down", (n: number): number => (n === 0 ? 0 : 1 + down(n - 1)));
    expect(down(3)).toBe(3);
    const found = steps();
    expect(found.slice(1).map((step) => step.parentId)).toEqual(found.slice(0, -1).map((step) => step.id));
  });
});

describe("what the caller sees", () => {
  test("the function stands for the original one", () => {
    const { client } = recorded();
    function original(this: { n: number }, a: number, _b?: number): number {
      return this.n + a;
    }
    original.mark = "kept";
    const wrapped = client.tool(original);
    expect([wrapped.name, wrapped.length, wrapped.mark]).toEqual(["original", 2, "kept"]);
    expect(wrapped.call({ n: 1 }, 2)).toBe(3);
    const holder = { n: 10, wrapped };
    expect(holder.wrapped(1)).toBe(11);
    expect(wrapped.bind({ n: 5 })(1)).toBe(6);
    expect(Object.keys(wrapped)).toEqual(["mark"]);
    expect(Object.getPrototypeOf(client.tool(async () => 1))).toBe(Object.getPrototypeOf(async () => 1));
  });

  test("an old constructor function still makes objects, and no steps", () => {
    const { client, steps } = recorded();
    function Point(this: { x: number }, x: number): void {
      this.x = x;
    }
    const Observed = client.step(Point) as unknown as new (x: number) => { x: number };
    const point = new Observed(3);
    expect(point.x).toBe(3);
    expect(point).toBeInstanceOf(Observed);
    expect(point).toBeInstanceOf(Point);
    expect(steps()).toEqual([]);
  });

  test("what is thrown is the same, and recorded", () => {
    const { client, step } = recorded();
    const error = new TypeError("as it was");
    const fails = client.tool("fails", () => {
      throw error;
    });
    expect(() => fails()).toThrow(error);
    expect(step("fails")).toMatchObject({
      status: "error",
      body: { exception: { type: "TypeError", message: "as it was", escaped: true } },
    });
    for (const thrown of [undefined, null, "text", 3]) {
      const throws = client.tool("throws", () => {
        throw thrown;
      });
      let caught: unknown = "nothing";
      try {
        throws();
      } catch (found) {
        caught = found;
      }
      expect(caught).toBe(thrown);
    }
  });

  test("classes are refused by observe, and stay what they are", async () => {
    const { client, errors } = recorded();
    class Agent {}
    expect(client.observe(Agent as never)).toBe(Agent);
    expect(client.observe(3 as never)).toBe(3);
    expect(client.tool(3 as never)).toBe(3);
    expect(await errors()).toEqual({ cannot_observe: 2, cannot_decorate: 1 });
  });

  test("in strict mode a class says what to do", () => {
    const { client } = recorded({ strict: true });
    expect(() => client.observe(class Agent {} as never)).toThrow(/Agent is a class.*decorate it \(@agent class Agent/);
  });
});

describe("promises", () => {
  test("async functions are steps until they settle", async () => {
    const { client, step, steps } = recorded();
    const inner = client.tool("inner", async (n: number) => {
      await null;
      expect(currentSpan()?.name).toBe("inner");
      return n;
    });
    const outer = client.agent("outer", async () => (await inner(1)) + (await inner(2)));
    const promise = outer();
    expect(steps().map((one) => one.status)).toEqual([undefined, undefined]);
    expect(promise.constructor).toBe(Promise);
    expect(await promise).toBe(3);
    expect(currentSpan()).toBeUndefined();
    expect(steps().map((one) => [one.body.name, one.status, one.body.output])).toEqual([
      ["outer", "ok", 3],
      ["inner", "ok", 1],
      ["inner", "ok", 2],
    ]);
    expect(
      new Set(
        steps()
          .slice(1)
          .map((one) => one.parentId),
      ),
    ).toEqual(new Set([step("outer").id]));
  });

  test("parents across Promise.all", async () => {
    const { client, steps } = recorded();
    const leaf = client.tool("leaf", async (n: number) => {
      await null;
      return n;
    });
    const branch = client.step("branch", async (n: number) => {
      await null;
      return leaf(n);
    });
    await Promise.all([1, 2, 3].map((n) => branch(n)));
    const found = steps();
    const branches = found.filter((one) => one.body.name === "branch");
    for (const one of found.filter((other) => other.body.name === "leaf")) {
      const above = branches.find((other) => other.id === one.parentId);
      expect(above?.body.input).toBe(one.body.input);
    }
  });

  test("a rejection is the same, and unhandled where nobody handles it", async () => {
    const { client, step } = recorded();
    const error = new RangeError("later");
    const fails = client.tool("fails", async () => {
      throw error;
    });
    await expect(fails()).rejects.toBe(error);
    expect(step("fails")).toMatchObject({ status: "error", body: { exception: { type: "RangeError" } } });

    const unhandled: unknown[] = [];
    const listeners = process.listeners("unhandledRejection");
    process.removeAllListeners("unhandledRejection");
    const heard = new Promise<void>((resolve) => {
      process.once("unhandledRejection", (reason) => {
        unhandled.push(reason);
        resolve();
      });
    });
    void fails();
    await heard;
    for (const listener of listeners) process.on("unhandledRejection", listener);
    expect(unhandled).toEqual([error]);
  });

  test("a lazy thenable runs once, when the caller asks, inside the step", async () => {
    const { client, step, steps } = recorded();
    class Query {
      #runs = 0;
      // biome-ignore lint/suspicious/noThenProperty: that is what is tested.
      then<R>(ok?: (rows: string[]) => R, failed?: (error: unknown) => R): Promise<R | string[]> {
        this.#runs += 1;
        const ran = currentSpan()?.name;
        return Promise.resolve([`run ${this.#runs} in ${ran}`]).then(ok, failed);
      }
      get runs(): number {
        return this.#runs;
      }
    }
    const find = client.database("find", () => new Query());
    const query = find();
    expect(query).toBeInstanceOf(Query);
    expect(query.runs).toBe(0);
    expect(step("find").status).toBeUndefined();
    expect(await query).toEqual(["run 1 in find"]);
    expect(currentSpan()).toBeUndefined();
    expect(query.runs).toBe(1);
    expect(step("find")).toMatchObject({ status: "ok", body: { output: ["run 1 in find"] } });
    await query.then(() => expect(currentSpan()).toBeUndefined());
    expect(steps()).toHaveLength(1);
  });

  test("a thenable that fails is handled where its caller is", async () => {
    const { client, step } = recorded();
    const error = new Error("no rows");
    const query = client.database("find", () => ({
      // biome-ignore lint/suspicious/noThenProperty: that is what is tested.
      then: (ok?: () => unknown, failed?: (error: unknown) => unknown) => Promise.reject(error).then(ok, failed),
    }))();
    const seen = await client.span("caller", () => query.then(undefined, (found) => [found, currentSpan()?.name]));
    expect(seen).toEqual([error, "caller"]);
    expect(step("find")).toMatchObject({ status: "error", body: { exception: { message: "no rows" } } });
    await expect(Promise.resolve(query)).rejects.toBe(error);
  });

  test("a promise with methods of its own keeps them", async () => {
    const { client, step } = recorded();
    class ApiPromise<T> extends Promise<T> {
      static override get [Symbol.species](): PromiseConstructor {
        return Promise;
      }
      withResponse(): string {
        return "response";
      }
    }
    const ask = client.llm("ask", () => ApiPromise.resolve("answer") as ApiPromise<string>);
    const promise = ask();
    expect(promise.withResponse()).toBe("response");
    expect(await promise).toBe("answer");
    expect(step("ask").body.output).toBe("answer");
  });

  test.each([
    ["reason of one's own", new Error("user pressed stop"), "cancelled"],
    ["AbortError", undefined, "cancelled"],
    ["timeout", new DOMException("too slow", "TimeoutError"), "timeout"],
  ])("an aborted call: %s", async (_name, reason, status) => {
    const { client, step } = recorded();
    const controller = new AbortController();
    const wait = client.http("wait", ({ signal }: { signal: AbortSignal }) => {
      return new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
    });
    const promise = wait({ signal: controller.signal });
    controller.abort(reason);
    await expect(promise).rejects.toBe(controller.signal.reason);
    expect(step("wait").status).toBe(status);
  });
});

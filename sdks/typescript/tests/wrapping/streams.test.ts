/** Generators, iterators and async iterables: finished, closed, abandoned, failed and aborted. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";
import { currentSpan } from "../../src/recording/place.ts";
import { chunksOf, recorded } from "./recorded.ts";

function* words(...given: string[]): Generator<string, string, string | undefined> {
  for (const word of given) yield word;
  return "returned";
}

async function* asyncWords(...given: unknown[]): AsyncGenerator<unknown, void, undefined> {
  for (const word of given) {
    await null;
    yield word;
  }
}

async function all<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of stream) found.push(item);
  return found;
}

test("a stream of text", () => {
  const { client, step } = recorded();
  expect([...client.llm(words)("Lutra ", "lutra")]).toEqual(["Lutra ", "lutra"]);
  const found = step("words");
  expect(found).toMatchObject({
    status: "ok",
    kind: "llm",
    body: { input: ["Lutra ", "lutra"], output: "Lutra lutra" },
  });
  expect(chunksOf(found)).toEqual(["Lutra ", "lutra"]);
  expect(found.events[0]).toEqual({ name: "stream.chunks", chunks: ["Lutra "] });
  expect(found.body.time_to_first_chunk_nanos).toBeGreaterThanOrEqual(0);
});

test("an async stream", async () => {
  const { client, step } = recorded();
  const stream = client.llm(asyncWords)({ n: 1 }, { n: 2 });
  expect(await all(stream)).toEqual([{ n: 1 }, { n: 2 }]);
  expect(step("asyncWords").status).toBe("ok");
  expect(chunksOf(step("asyncWords"))).toEqual([{ n: 1 }, { n: 2 }]);
  expect("output" in step("asyncWords").body).toBe(false);
});

test("the generator is the same object that the function gave", () => {
  const { client } = recorded();
  const wrapped = client.step(words);
  const stream = wrapped("a");
  expect(Object.prototype.toString.call(stream)).toBe("[object Generator]");
  expect(stream).toBeInstanceOf(wrapped);
  expect(stream).toBeInstanceOf(words);
  expect(Object.keys(stream)).toEqual([]);
  expect(stream[Symbol.iterator]()).toBe(stream);
  expect(stream.next()).toEqual({ done: false, value: "a" });
  expect(stream.next()).toEqual({ done: true, value: "returned" });
  expect(stream.next()).toEqual({ done: true, value: undefined });
});

test("chunks are many in one event and in order", () => {
  const { client, step } = recorded();
  const count = client.llm(function* count() {
    for (let n = 0; n < 10_000; n++) yield String(n);
  });
  expect([...count()]).toHaveLength(10_000);
  const found = step("count");
  expect(chunksOf(found)).toEqual(Array.from({ length: 10_000 }, (_, n) => String(n)));
  expect(found.events.length).toBeLessThan(1000);
  expect(found.events[0].chunks).toEqual(["0"]);
});

test("a chunk that is filled anew is recorded as it was", () => {
  const { client, step } = recorded();
  const refill = client.llm(function* refill() {
    const chunk: number[] = [];
    for (let n = 0; n < 3; n++) {
      chunk.push(n);
      yield chunk;
    }
  });
  for (const _ of refill());
  expect(chunksOf(step("refill"))).toEqual([[0], [0, 1], [0, 1, 2]]);
});

test("the step is current while the body runs, and not between chunks", async () => {
  const { client, step } = recorded();
  const inside: unknown[] = [];
  const sync = client.llm(function* sync() {
    inside.push(currentSpan()?.name);
    client.span("piece", () => undefined);
    yield "a";
    inside.push(currentSpan()?.name);
  });
  const later = client.llm(async function* later() {
    inside.push(currentSpan()?.name);
    await null;
    inside.push(currentSpan()?.name);
    yield "a";
    await null;
    inside.push(currentSpan()?.name);
  });
  await client.span("consumer", async (consumer) => {
    for (const _ of sync()) expect(currentSpan()).toBe(consumer);
    for await (const _ of later()) {
      expect(currentSpan()).toBe(consumer);
      client.span("of the consumer", () => undefined);
    }
    expect(currentSpan()).toBe(consumer);
  });
  expect(inside).toEqual(["sync", "sync", "later", "later", "later"]);
  expect(step("of the consumer").parentId).toBe(step("consumer").id);
  expect(step("later").parentId).toBe(step("consumer").id);
  expect(step("piece").parentId).toBe(step("sync").id);
});

test("what is sent and thrown in arrives", () => {
  const { client, step } = recorded();
  const talk = client.step(function* talk(): Generator<string, string, string> {
    const heard = yield "first";
    try {
      yield heard;
    } catch (error) {
      yield `caught ${(error as Error).message}`;
    }
    return "returned";
  });
  const talking = talk();
  expect(talking.next("ignored").value).toBe("first");
  expect(talking.next("echo").value).toBe("echo");
  expect(talking.throw(new Error("k")).value).toBe("caught k");
  expect(talking.next("")).toEqual({ done: true, value: "returned" });
  expect(step("talk").status).toBe("ok");
  expect(chunksOf(step("talk"))).toEqual(["first", "echo", "caught k"]);
});

describe("a stream that is not read to its end", () => {
  test("closed", () => {
    const { client, step } = recorded();
    let cleaned: unknown;
    const stream = client.llm(function* stream() {
      try {
        yield "a";
        yield "b";
      } finally {
        cleaned = currentSpan()?.name;
      }
    });
    for (const word of stream()) {
      expect(word).toBe("a");
      break;
    }
    expect(cleaned).toBe("stream");
    const found = step("stream");
    expect(found).toMatchObject({
      status: "cancelled",
      body: { status_message: "closed before its end", output: "a" },
    });
    expect(chunksOf(found)).toEqual(["a"]);
    expect("exception" in found.body).toBe(false);
  });

  test("closed, async", async () => {
    const { client, step } = recorded();
    for await (const _ of client.llm(asyncWords)("a", "b")) break;
    expect(step("asyncWords")).toMatchObject({ status: "cancelled", body: { output: "a" } });
  });

  test("an error inside of the consumer closes it, and is the consumer's", () => {
    const { client, step } = recorded();
    const error = new Error("of the consumer");
    expect(() => {
      for (const _ of client.llm(words)("a", "b")) throw error;
    }).toThrow(error);
    expect(step("words").status).toBe("cancelled");
  });

  test("what return gives is given", () => {
    const { client } = recorded();
    const stream = client.step(words)("a");
    stream.next();
    expect(stream.return("early")).toEqual({ done: true, value: "early" });
  });

  test("never begun is nothing", () => {
    const { client, steps } = recorded();
    client.step(words)("a");
    client.step(words)("b").return("x");
    expect(steps()).toEqual([]);
  });

  test("abandoned", async () => {
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as () => void;
    const { client, step } = recorded();
    (() => {
      // What a call was given may hold what it gave.
      const held: { stream?: unknown } = {};
      const stream = client.llm(function* words(_held: object) {
        yield "a";
        yield "b";
      })(held);
      held.stream = stream;
      stream.next();
    })();
    for (let turn = 0; turn < 50 && step("words").status === undefined; turn++) {
      collect();
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(step("words")).toMatchObject({
      status: "cancelled",
      body: { status_message: "abandoned before its end", output: "a" },
    });
  });
});

test("a stream that fails", async () => {
  const { client, step } = recorded();
  const error = new Error("mid stream");
  const sync = client.llm(function* sync() {
    yield "a";
    throw error;
  });
  const later = client.llm(async function* later() {
    yield "a";
    throw error;
  });
  expect(() => [...sync()]).toThrow(error);
  await expect(all(later())).rejects.toBe(error);
  for (const name of ["sync", "later"]) {
    expect(step(name)).toMatchObject({ status: "error", body: { exception: { message: "mid stream" } } });
    expect(chunksOf(step(name))).toEqual(["a"]);
  }
});

test("a stream that is aborted", async () => {
  const { client, step } = recorded();
  const controller = new AbortController();
  const endless = client.llm(async function* endless(signal: AbortSignal) {
    yield "a";
    await new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
  });
  const stream = endless(controller.signal);
  await stream.next();
  const next = stream.next();
  controller.abort();
  await expect(next).rejects.toHaveProperty("name", "AbortError");
  expect(step("endless").status).toBe("cancelled");
  expect("exception" in step("endless").body).toBe(false);
});

test("an argument that is refused at the call fails the call", () => {
  const { client, step } = recorded();
  const strict = client.step(function* strict({ must }: { must: string }) {
    yield must;
  });
  expect(() => strict(undefined as never)).toThrow(TypeError);
  expect(step("strict").status).toBe("error");
});

describe("objects that are async iterable", () => {
  class Chat {
    #words: string[];
    readonly controller = new AbortController();
    constructor(given: string[]) {
      this.#words = given;
    }
    get size(): number {
      return this.#words.length;
    }
    async *[Symbol.asyncIterator](): AsyncGenerator<string> {
      for (const word of this.#words) yield word;
    }
  }

  test("behind a promise, with private fields and methods of their own", async () => {
    const { client, step } = recorded();
    const chat = client.llm("chat", async (given: string[]) => new Chat(given));
    const stream = await chat(["Lutra ", "lutra"]);
    expect(stream).toBeInstanceOf(Chat);
    expect(stream.size).toBe(2);
    expect(step("chat").status).toBeUndefined();
    expect(await all(stream)).toEqual(["Lutra ", "lutra"]);
    expect(step("chat")).toMatchObject({ status: "ok", body: { output: "Lutra lutra" } });
    expect(await all(stream)).toEqual(["Lutra ", "lutra"]);
    expect(chunksOf(step("chat"))).toEqual(["Lutra ", "lutra"]);
  });

  test("of two readers at the same time the first one is recorded", async () => {
    const { client, step } = recorded();
    const stream = client.llm("chat", () => new Chat(["a", "b"]))();
    const [first, second] = [stream[Symbol.asyncIterator](), stream[Symbol.asyncIterator]()];
    await first.next();
    await second.next();
    expect(await all(first)).toEqual(["b"]);
    expect(await all(second)).toEqual(["b"]);
    expect(chunksOf(step("chat"))).toEqual(["a", "b"]);
    expect(step("chat").status).toBe("ok");
  });

  test("one that is given out twice is followed once", async () => {
    const { client, steps } = recorded();
    const kept = new Chat(["a"]);
    const chat = client.llm("chat", () => kept);
    chat();
    chat();
    expect(await all(kept)).toEqual(["a"]);
    expect(steps().map((step) => [step.status, chunksOf(step)])).toEqual([
      ["ok", ["a"]],
      ["ok", []],
    ]);
  });

  test("what a call inside gave is followed by both, one around the other", async () => {
    const { client, step } = recorded();
    const inner = client.llm("inner", async () => new Chat(["a", "b"]));
    const outer = client.agent("outer", async () => inner());
    expect(await all(await outer())).toEqual(["a", "b"]);
    const generator = client.llm(words);
    expect([...client.agent("around", () => generator("c"))()]).toEqual(["c"]);
    for (const name of ["inner", "outer"]) {
      expect(step(name)).toMatchObject({ status: "ok", body: { output: "ab" } });
    }
    expect(step("inner").parentId).toBe(step("outer").id);
    expect(step("around")).toMatchObject({ status: "ok", body: { output: "c" } });
    expect(step("words").parentId).toBe(step("around").id);
  });

  test("one that takes no properties is given as it is", async () => {
    const { client, step } = recorded();
    const frozen = Object.freeze(new Chat(["a"]));
    expect(client.llm("chat", () => frozen)()).toBe(frozen);
    expect(step("chat").status).toBe("ok");
    expect(await all(frozen)).toEqual(["a"]);
  });

  test("byte streams are read by many ways: the step ends with the call", () => {
    const { client, step } = recorded();
    const body = new ReadableStream();
    expect(client.http("get", () => body)()).toBe(body);
    expect(step("get").status).toBe("ok");
  });
});

test("iterators that are no generators, and collections that are none", () => {
  const { client, step } = recorded();
  const entries = client.step("entries", (map: Map<string, number>) => map.entries());
  expect([...entries(new Map([["a", 1]]))]).toEqual([["a", 1]]);
  expect(chunksOf(step("entries"))).toEqual([["a", 1]]);
  expect(client.step("list", () => [1, 2])()).toEqual([1, 2]);
  expect(step("list").body.output).toEqual([1, 2]);
  expect(client.step("set", () => new Set([2, 1]))()).toEqual(new Set([1, 2]));
  expect(step("set").body.output).toEqual([1, 2]);
});

test("without captured output only the time of the first chunk is recorded", () => {
  const { client, step } = recorded();
  const secret = client.llm({ name: "quiet", captureOutput: false }, function* () {
    yield "secret";
  });
  expect([...secret()]).toEqual(["secret"]);
  const found = step("quiet");
  expect(found.body.time_to_first_chunk_nanos).toBeGreaterThanOrEqual(0);
  expect(JSON.stringify(found)).not.toContain("secret");
});

test("values that throw while they are looked at reach the caller as they are", () => {
  const { client, step } = recorded();
  const hostile = new Proxy(
    {},
    {
      get() {
        throw new Error("get");
      },
      has() {
        throw new Error("has");
      },
      ownKeys() {
        throw new Error("keys");
      },
      getPrototypeOf() {
        throw new Error("prototype");
      },
    },
  );
  expect(client.tool("hostile", (given: unknown) => given)(hostile) === hostile).toBe(true);
  expect(step("hostile").status).toBe("ok");
});

import { dispatchCustomEvent } from "@langchain/core/callbacks/dispatch";
import { Document } from "@langchain/core/documents";
import { HumanMessage } from "@langchain/core/messages";
import { StringOutputParser } from "@langchain/core/output_parsers";
import { ChatPromptTemplate } from "@langchain/core/prompts";
import { BaseRetriever } from "@langchain/core/retrievers";
import { RunnableLambda } from "@langchain/core/runnables";
import { tool } from "@langchain/core/tools";
import { Annotation, END, interrupt, MemorySaver, MessagesAnnotation, START, StateGraph } from "@langchain/langgraph";
import { createReactAgent } from "@langchain/langgraph/prebuilt";
import { ChatOpenAI } from "@langchain/openai";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { CallbackHandler } from "../../src/integrations/langchain.ts";
import { broken, Gate, withId, withPart } from "../endpoint/answers.ts";
import { completion, completionStream } from "../endpoint/chat.ts";
import { openaiBadRequest } from "../endpoint/errors.ts";
import { Endpoint } from "../endpoint/server.ts";
import { type Recorded, Recording } from "./recorded.ts";

const CALLS = [{ id: "call_1", name: "search", arguments: '{"query":"otters"}' }];

let endpoint: Endpoint;
let recorded: Recording;
let callbacks: CallbackHandler[];
let model: ChatOpenAI;

beforeAll(async () => {
  endpoint = await Endpoint.start();
});
afterAll(() => endpoint.close());
beforeEach(() => {
  endpoint.reset();
  recorded = new Recording();
  callbacks = [new CallbackHandler({ client: recorded.client })];
  model = new ChatOpenAI({
    model: "gpt-5-mini",
    temperature: 1,
    apiKey: "sk-test",
    maxRetries: 0,
    configuration: { baseURL: `${endpoint.url}/v1` },
  });
});

const search = tool(({ query }) => (query === "" ? Promise.reject(new Error("no query")) : `found ${query}`), {
  name: "search",
  description: "Finds things",
  schema: z.object({ query: z.string() }),
});

function named(name: string): Recorded {
  const found = recorded.steps.filter((step) => step.name === name);
  expect(found.map((step) => step.name)).toEqual([name]);
  return found[0] as Recorded;
}

test("a chain and its model are one tree, below the step that calls it", async () => {
  endpoint.answers(completion({ text: "A mammal." }));
  const chain = ChatPromptTemplate.fromTemplate("What is {thing}?").pipe(model).pipe(new StringOutputParser());
  const answer = await recorded.client.span("agent", { kind: "agent" }, () =>
    chain.invoke({ thing: "an otter" }, { callbacks, runName: "ask", metadata: { thread_id: "chat-7" } }),
  );
  expect(answer).toBe("A mammal.");
  expect(recorded.steps.map((step) => [step.name, step.kind, step.status])).toEqual([
    ["agent", "agent", "ok"],
    ["ask", "chain", "ok"],
    ["ChatPromptTemplate", "chain", "ok"],
    ["chat gpt-5-mini", "llm", "ok"],
    ["StrOutputParser", "chain", "ok"],
  ]);
  const [agent, ask, , llm] = recorded.steps as [Recorded, Recorded, Recorded, Recorded];
  expect([ask.parentId, llm.parentId]).toEqual([agent.spanId, ask.spanId]);
  expect([ask.input, ask.output]).toEqual([{ thing: "an otter" }, { output: "A mammal." }]);
  expect(llm.input).toEqual({ messages: [{ role: "user", content: "What is an otter?" }] });
  expect(llm.output).toMatchObject({ role: "assistant", content: "A mammal." });
  expect(llm.usage).toMatchObject({
    input_tokens: 1200,
    output_tokens: 80,
    cache_read_input_tokens: 1024,
    reasoning_output_tokens: 64,
  });
  expect(llm.attributes).toMatchObject({
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "openai",
    "gen_ai.request.model": "gpt-5-mini",
    "gen_ai.response.id": "chatcmpl-1",
    "gen_ai.response.model": "gpt-5-mini-2025-08-07",
    "gen_ai.response.finish_reasons": ["stop"],
  });
  expect(await recorded.problems()).toEqual({});
});

test("a stream is recorded token by token", async () => {
  endpoint.answers(completionStream({ text: "An otter is a mammal." }));
  let said = "";
  for await (const chunk of await model.stream("What is an otter?", { callbacks })) said += chunk.content;
  expect(said).toBe("An otter is a mammal.");
  const step = named("chat gpt-5-mini");
  expect(step.chunks).toEqual(["An", " otter", " is", " a", " mammal."]);
  expect(step).toMatchObject({ status: "ok", hasFirstChunk: true, output: { content: "An otter is a mammal." } });
});

test("a stream says how long its first token took, from the run's start", async () => {
  let now = 1000;
  recorded.client.monotonicMillis = () => now;
  const gate = new Gate();
  endpoint.answers(withPart(completionStream({ text: "An otter" }), 0, gate));
  const said = model.stream("What is an otter?", { callbacks });
  await recordedStart();
  now = 1250;
  gate.open();
  for await (const _ of await said);
  expect(named("chat gpt-5-mini").end?.["time_to_first_chunk_nanos"]).toBe(250_000_000);
});

/** Until the request has come, so that the run has begun. */
async function recordedStart(): Promise<void> {
  while (endpoint.requests.length === 0) await new Promise((resolve) => setImmediate(resolve));
}

describe("an agent of LangGraph", () => {
  test("is a tree of its nodes, models and tools", async () => {
    endpoint.answers(completion({ calls: CALLS }), withId(completion({ text: "A mammal." }), "chatcmpl-2"));
    const agent = createReactAgent({ llm: model, tools: [search], name: "researcher agent" });
    const result = await agent.invoke({ messages: [new HumanMessage("What is an otter?")] }, { callbacks });
    expect(result.messages.at(-1)?.content).toBe("A mammal.");
    const tree = (parent: string | undefined, level = 0): string[] =>
      recorded.steps
        .filter((step) => step.parentId === parent)
        .flatMap((step) => [`${" ".repeat(level)}${step.kind} ${step.name}`, ...tree(step.spanId, level + 1)]);
    expect(tree(undefined).filter((line) => !/Runnable|Branch|should|Prompt|prompt/.test(line))).toEqual([
      "agent researcher agent",
      " agent agent",
      expect.stringMatching(/llm chat gpt-5-mini/),
      " chain tools",
      "  tool search",
      " agent agent",
      expect.stringMatching(/llm chat gpt-5-mini/),
    ]);
    const found = named("search");
    expect(found).toMatchObject({ status: "ok", input: { query: "otters" } });
    expect(found.output).toMatchObject({ role: "tool", content: "found otters", tool_call_id: "call_1" });
    expect(found.attributes["gen_ai.tool.call.id"]).toBe("call_1");
    const llm = recorded.steps.filter((step) => step.kind === "llm");
    expect(llm[0]?.output).toMatchObject({ tool_calls: [{ name: "search", args: { query: "otters" } }] });
    expect(llm[0]?.tools).toMatchObject([{ function: { name: "search" } }]);
    expect(llm[1]?.input).toMatchObject({
      messages: [{ role: "user" }, { role: "assistant" }, { role: "tool", content: "found otters" }],
    });
  });

  test("that waits for a person has not failed", async () => {
    const graph = new StateGraph(Annotation.Root({ asked: Annotation<string> }))
      .addNode("ask", () => ({ asked: interrupt("may I?") as string }))
      .addEdge(START, "ask")
      .addEdge("ask", END)
      .compile({ checkpointer: new MemorySaver() });
    await graph.invoke({ asked: "" }, { callbacks, configurable: { thread_id: "t-1" } });
    expect(recorded.steps.filter((step) => step.status === "error")).toEqual([]);
    expect(named("ask")).toMatchObject({ status: "unset", message: "interrupted" });
  });

  test("that fails is an error, and so is all above", async () => {
    const graph = new StateGraph(MessagesAnnotation)
      .addNode("fall", () => {
        throw new RangeError("too deep");
      })
      .addEdge(START, "fall")
      .compile();
    await expect(graph.invoke({ messages: [] }, { callbacks })).rejects.toThrow("too deep");
    expect(named("fall")).toMatchObject({ status: "error", exception: { type: "RangeError", message: "too deep" } });
    expect(named("LangGraph")).toMatchObject({ kind: "workflow", status: "error" });
  });
});

describe("what a program records itself", () => {
  const path = (step: Recorded): string => {
    const above = recorded.steps.find((one) => one.spanId === step.parentId);
    return above === undefined ? step.name : `${path(above)}/${step.name}`;
  };
  const paths = () => recorded.steps.map(path);
  const looking = (name: string) =>
    tool(
      async ({ query }: { query: string }) => {
        await recorded.client.span(`open ${query}`, async (step) => {
          await Promise.resolve();
          recorded.client.span(`read ${query}`, () => undefined);
          step.setOutput(query);
        });
        recorded.client.span(`close ${query}`, () => undefined);
        return recorded.client.currentSpan()?.spanId ?? "";
      },
      { name, description: "Looks", schema: z.object({ query: z.string() }) },
    );

  test("inside a tool is below the tool, and behind it is not", async () => {
    const look = looking("look");
    await recorded.client.span("agent", async () => {
      const current: string = await look.invoke({ query: "otters" }, { callbacks });
      expect(current).toBe(named("look").spanId);
      recorded.client.span("after", () => undefined);
    });
    expect(paths()).toEqual([
      "agent",
      "agent/look",
      "agent/look/open otters",
      "agent/look/open otters/read otters",
      "agent/look/close otters",
      "agent/after",
    ]);
  });

  test("inside tools that run at once is below each one's own", async () => {
    const looks = ["kelp", "otters", "urchins"].map((query) => ({ query, look: looking(`look for ${query}`) }));
    await recorded.client.span("agent", () =>
      Promise.all(looks.map(({ query, look }) => look.invoke({ query }, { callbacks }))),
    );
    for (const { query } of looks) {
      for (const name of [`open ${query}`, `open ${query}/read ${query}`, `close ${query}`]) {
        expect(paths()).toContain(`agent/look for ${query}/${name}`);
      }
    }
  });

  test("inside tools and nodes of a graph is below them, streamed or not", async () => {
    const calls = ["kelp", "otters"].map((query) => ({
      id: `call_${query}`,
      name: "look",
      arguments: JSON.stringify({ query }),
    }));
    const agent = createReactAgent({ llm: model, tools: [looking("look")], name: "researcher" });
    endpoint.answers(completion({ calls }), withId(completion({ text: "Mammals." }), "chatcmpl-2"));
    await agent.invoke({ messages: [new HumanMessage("What?")] }, { callbacks });
    for (const query of ["kelp", "otters"]) {
      expect(paths().filter((one) => one.endsWith(`look/open ${query}/read ${query}`))).toHaveLength(1);
    }
    const graph = new StateGraph(MessagesAnnotation)
      .addNode("think", async () => {
        await Promise.resolve();
        recorded.client.span("weigh", () => undefined);
        return { messages: [] };
      })
      .addEdge(START, "think")
      .compile({ name: "thinker" });
    for await (const part of await graph.stream({ messages: [] }, { callbacks })) {
      recorded.client.span("reader", () => void part);
    }
    expect(paths()).toContain("thinker/think/weigh");
    expect(paths()).toContain("reader");
  });

  test("between two runs stands between them, and another place that is asked for is that", async () => {
    const inner = RunnableLambda.from((given: string) => {
      recorded.client.span("deep", () => undefined);
      return given;
    }).withConfig({ runName: "inner" });
    const outer = RunnableLambda.from(async (given: string) => {
      await recorded.client.trace("order-17", () => recorded.client.span("elsewhere", () => undefined));
      return recorded.client.span("between", () => inner.invoke(given));
    }).withConfig({ runName: "outer" });
    await outer.invoke("on", { callbacks });
    expect(paths()).toEqual(["outer", "elsewhere", "outer/between", "outer/between/inner", "outer/between/inner/deep"]);
    expect(await recorded.problems()).toEqual({});
  });
});

test("a retriever is a retrieval with its documents", async () => {
  class Library extends BaseRetriever {
    lc_namespace = ["tests"];
    override _getRelevantDocuments(query: string) {
      return Promise.resolve([new Document({ pageContent: `about ${query}`, metadata: { page: 1 } })]);
    }
  }
  await new Library().invoke("otters", { callbacks });
  expect(named("Library")).toMatchObject({ kind: "retrieval", status: "ok", input: "otters" });
  expect(named("Library").output).toEqual([{ page_content: "about otters", metadata: { page: 1 } }]);
});

describe("what is left before its end", () => {
  const chain = () => ChatPromptTemplate.fromTemplate("What is {thing}?").pipe(model).pipe(new StringOutputParser());
  const held = () => endpoint.answers(withPart(completionStream({ text: "An otter is" }), 3, new Gate()));
  const statuses = () => recorded.steps.map((step) => [step.name, step.status]);

  test("by an abort ends the model, before its answer and within", async () => {
    for (const reason of [new DOMException("stop", "AbortError"), new DOMException("too slow", "TimeoutError")]) {
      held();
      const abort = new AbortController();
      await expect(async () => {
        const stream = await model.stream("What?", { callbacks, signal: abort.signal });
        for await (const chunk of stream) if (chunk.content !== "") abort.abort(reason);
      }).rejects.toThrow(reason.message);
      const status = reason.name === "TimeoutError" ? "timeout" : "cancelled";
      expect(recorded.steps.at(-1)).toMatchObject({ status, message: reason.message });
    }
    const before = endpoint.requests.length;
    endpoint.answers(withPart(completion({ text: "Late" }), 0, new Gate()));
    const abort = new AbortController();
    const settled = model.invoke("What?", { callbacks, signal: abort.signal }).catch((thrown: unknown) => thrown);
    while (endpoint.requests.length === before) await new Promise((resolve) => setImmediate(resolve));
    abort.abort();
    expect(await settled).toBeInstanceOf(Error);
    expect(recorded.steps.at(-1)?.status).toBe("cancelled");
  });

  test("by its reader ends when the handler is closed", async () => {
    held();
    const [handler] = callbacks as [CallbackHandler];
    {
      using closing = handler;
      for await (const piece of await chain().stream({ thing: "otter" }, { callbacks: [closing] })) {
        if (piece !== "") break;
      }
      expect(statuses()).toContainEqual(["chat gpt-5-mini", undefined]);
    }
    expect(statuses()).toEqual([
      ["RunnableSequence", "cancelled"],
      ["ChatPromptTemplate", "ok"],
      ["chat gpt-5-mini", "cancelled"],
      ["StrOutputParser", "cancelled"],
    ]);
    endpoint.answers(completion({ text: "A mammal." }));
    await chain().invoke({ thing: "otter" }, { callbacks: [handler] });
    expect(recorded.steps.slice(4).map((step) => step.status)).toEqual(["ok", "ok", "ok", "ok"]);
  });

  test("of a graph is cancelled", async () => {
    const graph = new StateGraph(MessagesAnnotation)
      .addNode("first", () => ({ messages: [] }))
      .addNode("second", () => ({ messages: [] }))
      .addEdge(START, "first")
      .addEdge("first", "second")
      .compile({ name: "graph" });
    for await (const _ of await graph.stream({ messages: [] }, { callbacks })) break;
    while (named("graph").status === undefined) await new Promise((resolve) => setImmediate(resolve));
    expect(named("graph")).toMatchObject({ status: "cancelled", message: "aborted" });
  });
});

test("failures reach the caller as they were", async () => {
  endpoint.answers(openaiBadRequest(), broken(completionStream({ text: "An otter" }), 2));
  await expect(model.invoke("What?", { callbacks })).rejects.toThrow("Unsupported value");
  await expect(async () => {
    for await (const _ of await model.stream("What?", { callbacks }));
  }).rejects.toThrow();
  await expect(search.invoke({ query: "" }, { callbacks })).rejects.toThrow("no query");
  expect(recorded.steps.map((step) => [step.kind, step.status])).toEqual([
    ["llm", "error"],
    ["llm", "error"],
    ["tool", "error"],
  ]);
  expect(recorded.steps[1]?.chunks).toEqual(["An"]);
});

test("events of one's own are events of the run", async () => {
  const lambda = RunnableLambda.from(async (given: string) => {
    await dispatchCustomEvent("halfway", { at: 50 });
    return given;
  }).withConfig({ runName: "walk" });
  await lambda.invoke("on", { callbacks });
  expect(named("walk")).toMatchObject({ status: "ok", events: ["halfway"] });
});

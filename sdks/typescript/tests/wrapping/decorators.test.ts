/** Standard decorators, and those that `experimentalDecorators` calls. */
import ts from "typescript";
import { describe, expect, test } from "vitest";
import type { Client } from "../../src/recording/client.ts";
import { recorded } from "./recorded.ts";

/** Runs source with one kind of decorators, whatever this test is compiled with. */
function run<T>(client: Client, source: string, options: ts.CompilerOptions = {}): T {
  const { outputText } = ts.transpileModule(`return (() => {${source}})()`, {
    compilerOptions: { target: ts.ScriptTarget.ES2022, ...options },
  });
  return new Function("client", outputText)(client) as T;
}

const LEGACY = { experimentalDecorators: true };

describe("standard", () => {
  test("methods, static and private ones", () => {
    const { client, steps } = recorded();
    const made = run<{ results: unknown[]; name: string }>(
      client,
      `
      class Agent {
        #factor = 2;
        @client.tool method(a) { return a * this.#factor; }
        @client.tool("named") other(a) { return a; }
        @client.step({ attributes: { k: 1 }, captureInput: false }) static of(a) { return [this === Agent, a]; }
        @client.step #hidden(a) { return a + 1; }
        hidden(a) { return this.#hidden(a); }
        @client.llm async later(a) { return a; }
        @client.llm *words() { yield "a"; }
      }
      const agent = new Agent();
      const results = [agent.method(3), agent.other(1), Agent.of(2), agent.hidden(1), [...agent.words()]];
      agent.later(5);
      return { results, name: agent.method.name };
    `,
    );
    expect(made.results).toEqual([6, 1, [true, 2], 2, ["a"]]);
    expect(made.name).toBe("method");
    expect(steps().map((step) => [step.body.name, step.kind, step.body.input])).toEqual([
      ["method", "tool", 3],
      ["named", "tool", 1],
      ["of", "step", undefined],
      ["#hidden", "step", 1],
      ["words", "llm", undefined],
      ["later", "llm", 5],
    ]);
    expect(steps()[2]?.body.attributes).toEqual({ k: 1 });
  });

  test("getters, setters, accessors and fields", async () => {
    const { client, steps, errors } = recorded();
    const made = run<unknown[]>(
      client,
      `
      class Agent {
        held = 1;
        @client.memory get total() { return this.held; }
        @client.memory set total(value) { this.held = value; }
        @client.tool field = (a) => a + this.held;
        @client.tool accessor change = (a) => a;
        @client.tool wrong = 3;
      }
      const agent = new Agent();
      agent.total = 5;
      const results = [agent.total, agent.field(1), agent.change(2), agent.wrong];
      agent.change = (a) => -a;
      return [...results, agent.change(7)];
    `,
    );
    expect(made).toEqual([5, 6, 2, 3, -7]);
    expect(steps().map((step) => [step.body.name, step.body.input, step.body.output])).toEqual([
      ["total", 5, undefined],
      ["total", undefined, 5],
      ["field", 1, 6],
      ["change", 2, 2],
      ["change", 7, -7],
    ]);
    expect(await errors()).toEqual({ cannot_decorate: 1 });
  });

  test("a class: each public method of its own", () => {
    const { client, steps } = recorded();
    const made = run<{ isSame: boolean; results: unknown[] }>(
      client,
      `
      class Base { inherited() { return "i"; } }
      let seen;
      const keep = (value) => { seen = value; };
      @client.agent
      @keep
      class Researcher extends Base {
        constructor() { super(); this.made = true; }
        static Nested = class {};
        search(query) { return this.ask(query); }
        @client.tool ask(query) { return query; }
        static of() { return new this(); }
        _internal() { return "_"; }
        get size() { return 3; }
        [Symbol.iterator]() { return [][Symbol.iterator](); }
      }
      const one = Researcher.of();
      return {
        isSame: seen === Researcher && one instanceof Researcher && new Researcher.Nested() instanceof Researcher.Nested,
        results: [one.search("otters"), one.inherited(), one._internal(), one.size, [...one]],
      };
    `,
    );
    expect(made).toEqual({ isSame: true, results: ["otters", "i", "_", 3, []] });
    expect(steps().map((step) => [step.body.name, step.kind, step.body.attributes])).toEqual([
      ["Researcher.of", "agent", { "gen_ai.agent.name": "Researcher" }],
      ["Researcher.search", "agent", { "gen_ai.agent.name": "Researcher" }],
      ["ask", "tool", undefined],
    ]);
  });

  test("a class with a name", () => {
    const { client, steps } = recorded();
    run(
      client,
      `
      @client.agent({ name: "shopper", attributes: { a: 1 } })
      class Agent { buy() {} }
      new Agent().buy();
    `,
    );
    expect(steps()[0]?.body).toEqual({ name: "shopper.buy", attributes: { "gen_ai.agent.name": "shopper", a: 1 } });
  });
});

describe("experimentalDecorators", () => {
  test("methods, static ones, getters and classes", () => {
    const { client, steps } = recorded();
    const made = run<unknown[]>(
      client,
      `
      @client.agent
      class Agent {
        held = 2;
        @client.tool method(a) { return a * this.held; }
        @client.tool("named") static of(a) { return a; }
        @client.memory get total() { return this.held; }
        plain() { return 1; }
      }
      const agent = new Agent();
      return [agent.method(3), Agent.of(1), agent.total, agent.plain(), agent instanceof Agent];
    `,
      LEGACY,
    );
    expect(made).toEqual([6, 1, 2, 1, true]);
    expect(steps().map((step) => [step.body.name, step.kind])).toEqual([
      ["method", "tool"],
      ["named", "tool"],
      ["total", "memory"],
      ["Agent.plain", "agent"],
    ]);
  });

  test("fields are refused with what to do", () => {
    const { client } = recorded({ strict: true });
    const source = "class Agent { @client.tool field = () => 1; } return new Agent().field();";
    expect(() => run(client, source, LEGACY)).toThrow(
      /Agent\.field is a field.*wrap the function.*standard decorators/,
    );
  });

  test("a field that is refused works as it would", () => {
    const { client } = recorded();
    const source = "class Agent { @client.tool field = () => 1; } return new Agent().field();";
    expect(run(client, source, LEGACY)).toBe(1);
  });
});

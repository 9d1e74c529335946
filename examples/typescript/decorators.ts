/**
 * Decorators, as the language has them since ECMAScript's stage 3: a class whose methods are steps, private ones too.
 *
 * Run it:  npm install tracewire && npx tsx decorators.ts
 */
import { agent, currentSpan, getTrace, guardrail, init, query, retrieval, tool } from "tracewire";

init({ service: "decorators" });

class Researcher {
  readonly #pages: Readonly<Record<string, string>> = { otters: "Otters hold hands.", kelp: "Kelp grows fast." };

  @retrieval({ parameters: ["topic"] })
  search(topic: string): string[] {
    return Object.keys(this.#pages).filter((page) => topic.includes(page));
  }

  @tool({ name: "read page", attributes: { library: "small" } })
  async read(page: string): Promise<string> {
    const text = this.#pages[page];
    if (text === undefined) throw new RangeError(`there is no page ${page}`);
    return text;
  }

  @guardrail
  #isHarmless(text: string): boolean {
    currentSpan()?.set("tracewire.guardrail.verdict", "pass");
    return !text.includes("shark");
  }

  @agent("answer")
  async answer(question: string): Promise<string> {
    const pages = await Promise.all(this.search(question).map((page) => this.read(page)));
    await this.read("sharks").catch(() => undefined);
    const text = pages.join(" ");
    return this.#isHarmless(text) ? text : "I would rather not say.";
  }
}

console.log(await new Researcher().answer("what about otters and kelp?"));
console.log(getTrace({ traceId: query({ kind: "agent" }).rows[0]?.traceId })?.tree());

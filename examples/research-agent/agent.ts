/**
 * A research agent: it searches a library over MCP, reads, calculates, has a sub-agent check its source, and answers.
 *
 * The same agent as agent.py, calling the same MCP server, which is written in Python. Run it, then look at what it
 * did:
 *
 *     node agent.ts "How much does a sea otter eat in a day?"      (Node 22.18 or newer; README.md says how else)
 *     tracewire trace --last
 *
 * There is no network and no key: `model` stands in for a language model. Everything else is as in a real agent.
 */
import { dirname, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { agent, currentSpan, init, injectEnvironment, llm, span, step } from "tracewire";
import { wrap } from "tracewire/mcp";

const QUESTION = "How much does a sea otter eat in a day?";
const RATE_LIMIT = "429";

interface Message {
  readonly role: "system" | "user";
  readonly content: string;
}

interface Facts {
  readonly page: string;
  readonly share: string;
  readonly least: number;
  readonly most: number;
}

const tokens = (messages: readonly Message[]): number =>
  messages.reduce((sum, message) => sum + message.content.split(/\s+/).length, 0);

const CHAT = { "gen_ai.operation.name": "chat", "gen_ai.request.model": "scripted-1" };

/** Answers as a language model would: a plan at once, prose word by word, and what it cost in tokens. */
const model = {
  plan: llm({ name: "plan", attributes: CHAT, parameters: ["messages"] }, async (messages: Message[]) => {
    const question = messages.at(-1)?.content ?? "";
    const topics = (question.toLowerCase().match(/[a-z]+/g) ?? []).filter((word) => word.length > 2);
    currentSpan()?.usage({ inputTokens: tokens(messages), outputTokens: topics.length });
    return [`search: ${topics.join(" ")}`, "read the best page", "calculate", "check the source", "answer"];
  }),

  answer: llm(
    { name: "answer", attributes: CHAT, parameters: ["messages", "facts"] },
    async function* (messages: Message[], facts: Facts) {
      const words = (
        `A sea otter eats about ${facts.share} % of its weight each day: between ${facts.least} and ` +
        `${facts.most} kg. [${facts.page}]`
      ).split(" ");
      for (const word of words) {
        await pause(5); // A model thinks between two words.
        yield `${word} `;
      }
      currentSpan()?.usage({ inputTokens: tokens(messages), outputTokens: words.length, cacheReadInputTokens: 12 });
    },
  ),
};

/** Plans, searches, reads, calculates, checks and answers. Each function that is a step says so. */
function researcher(library: Client) {
  /** Calls a tool of the library: a step of this trace, and the server's own step below it. */
  async function call<T>(name: string, given: Record<string, unknown>): Promise<T> {
    const result = await library.callTool({ name, arguments: given });
    if (result.isError) throw new Error((result.content as { text: string }[])[0]?.text);
    return (result.structuredContent as { result: T }).result;
  }

  /** Fetches a page, and once more after a rate limit. */
  const read = step({ name: "read", parameters: ["page"] }, async (page: string) => {
    const attempts = 3;
    for (let attempt = 1; ; attempt++) {
      try {
        return await call<string>("fetch_page", { page });
      } catch (error) {
        if (!String(error).includes(RATE_LIMIT) || attempt === attempts) throw error;
        currentSpan()?.event("retry", { "tracewire.retry.attempt": attempt, "error.type": "rate_limit" });
        await pause(50);
      }
    }
  });

  /** A sub-agent: is the quote really there? */
  const checkFacts = agent({ name: "fact checker", parameters: ["page", "quote"] }, (page: string, quote: string) =>
    span("compare", { input: { page, quote } }, async (compare) => {
      if (process.env.RESEARCH_AGENT_PAUSE) {
        // For the demonstration: say that the agent is in the middle of a step, and wait to be killed there.
        console.log("READY");
        await pause(3_600_000);
      }
      const isThere = await call<boolean>("check_citation", { page, quote });
      compare.setOutput(isThere);
      return isThere;
    }),
  );

  return agent({ name: "research", parameters: ["question"] }, async (question: string) => {
    const messages: Message[] = [
      { role: "system", content: "Answer from the library, and name your source." },
      { role: "user", content: question },
    ];
    await model.plan(messages);

    const found = await call<{ page: string }[]>("search", { query: question });
    const pages = await Promise.all(found.map(({ page }) => read(page)));
    const [page = "", text = ""] = [found[0]?.page, pages[0]];

    const weights = /between (\d+) and (\d+) kg/.exec(text);
    const share = /[^.]*about (\d+) % of its body weight/.exec(text);
    if (weights === null || share === null) return "The library does not say.";
    const [least = 0, most = 0] = await Promise.all(
      weights.slice(1).map((weight) => call<number>("calculate", { expression: `${weight} * ${share[1]} / 100` })),
    );
    if (!(await checkFacts(page, share[0].trim()))) return "The source does not hold.";

    let answer = "";
    for await (const word of model.answer(messages, { page, share: share[1] ?? "", least, most })) answer += word;
    return answer.trim();
  });
}

async function main(question: string): Promise<void> {
  // The server is a process of its own. It gets this environment, and so records into the same directory.
  const server = new StdioClientTransport({
    command: process.env.PYTHON ?? "python3",
    args: [join(dirname(fileURLToPath(import.meta.url)), "server.py")],
    env: injectEnvironment(),
  });
  const library = wrap(new Client({ name: "research-agent", version: "1.0.0" }));
  await library.connect(server);
  try {
    console.log(await researcher(library)(question));
  } finally {
    await library.close();
  }
}

init({ service: "research-agent" });
await main(process.argv.slice(2).join(" ") || QUESTION);

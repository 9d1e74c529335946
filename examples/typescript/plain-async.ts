/**
 * Plain promises, no framework: `Promise.all`, a stream and a time-out each keep their place in the tree.
 *
 * Run it:  npm install tracewire && npx tsx plain-async.ts
 */
import { setTimeout as pause } from "node:timers/promises";
import { agent, getTrace, init, llm, query, step, tool } from "tracewire";

init({ service: "plain-async" });

const fetchPage = tool({ name: "fetch", parameters: ["page"] }, async (page: string, signal?: AbortSignal) => {
  await pause(page === "the deep sea" ? 10_000 : 10, undefined, signal && { signal });
  return `the page about ${page}`;
});

const readAll = step("read all", (pages: string[]) => Promise.all(pages.map((page) => fetchPage(page))));

const write = llm(
  { name: "write", attributes: { "gen_ai.request.model": "scripted-1" } },
  async function* (pages: string[]) {
    for (const page of pages) {
      await pause(2);
      yield `${page}; `;
    }
  },
);

const research = agent("research", async (topics: string[]) => {
  const pages = await readAll(topics);
  await fetchPage("the deep sea", AbortSignal.timeout(20)).catch(() => pages.push("nothing about the deep sea"));
  let text = "";
  for await (const piece of write(pages)) text += piece;
  return text;
});

console.log(await research(["otters", "kelp"]));
console.log(getTrace({ traceId: query({ kind: "agent" }).rows[0]?.traceId })?.tree());

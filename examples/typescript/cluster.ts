/**
 * Node's cluster: each worker is a process with a journal of its own, and what it does belongs to the trace of who asked.
 *
 * Run it:  npm install tracewire && npx tsx cluster.ts
 */
import cluster, { type Worker } from "node:cluster";
import { once } from "node:events";
import { agent, attach, extract, getTrace, init, inject, llm, query, retrieval, tool } from "tracewire";

const TOPICS = ["otters", "kelp", "the deep sea"];

/** What the primary sends: the topic, and as which step it asks. */
interface Question {
  readonly topic: string;
  readonly context: { readonly [header: string]: string };
}

init({ service: cluster.isPrimary ? "cluster" : "cluster-worker" });

const lookUp = retrieval("look up", async (topic: string) => `the page about ${topic}`);
const write = llm("write", async (page: string) => `I have read ${page}.`);
const answer = agent("answer", async (topic: string) => write(await lookUp(topic)));

const ask = tool({ name: "ask", parameters: ["topic"] }, async (topic: string, worker: Worker) => {
  const answered = once(worker, "message");
  worker.send({ topic, context: inject() } satisfies Question);
  const [text] = (await answered) as [string];
  return text;
});

const survey = agent("survey", (workers: Worker[]) =>
  Promise.all(workers.map((worker, index) => ask(TOPICS[index] ?? "otters", worker))),
);

if (cluster.isPrimary) {
  const workers = TOPICS.map(() => cluster.fork());
  await Promise.all(workers.map((worker) => once(worker, "message"))); // Each says when it is ready.
  console.log((await survey(workers)).join("\n"));
  for (const worker of workers) {
    worker.disconnect();
    await once(worker, "exit");
  }
  const answers = query({ kind: "agent", service: "cluster-worker" }).rows;
  console.log(getTrace({ traceId: answers[0]?.traceId })?.tree());
  console.log(`${answers.length} answers, from ${new Set(answers.map((row) => row.producer)).size} processes`);
} else {
  process.on("message", ({ topic, context }: Question) => {
    attach(extract(context), () => answer(topic)).then((text) => process.send?.(text));
  });
  process.send?.("ready");
}

/**
 * What guards add to a call of a tool: the step of the other benchmarks in a client without guards and in ones with, in interleaved rounds.
 *
 *   node bench/guards.mjs [--rounds 9] [--steps 20000]
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { ATTRIBUTES, INPUT, median, OUTPUT, row, statistics } from "./work.mjs";

const { values } = parseArgs({ options: { rounds: { type: "string" }, steps: { type: "string" } } });
const [rounds, steps] = [Number(values.rounds ?? 9), Number(values.steps ?? 20_000)];
const { Client } = await import(new URL("../dist/node/index.js", import.meta.url));

const MOST = { steps: 2 ** 50, tokens: 2 ** 50 };
const SUBJECTS = {
  none: undefined,
  budget: { budget: MOST },
  "budget and loops": { budget: MOST, loops: { repeats: 1000, cycles: 1000 } },
};
const options = { kind: "tool", attributes: ATTRIBUTES, input: INPUT };
const small = { kind: "tool", input: "otters" };
const work = (step) => step.setOutput(OUTPUT);
const nothing = () => undefined;

const folder = mkdtempSync(join(tmpdir(), "tracewire-bench-"));
const clients = Object.entries(SUBJECTS).map(([name, guards], at) => {
  const client = new Client({
    dir: join(folder, String(at)),
    service: "bench",
    quotaBytes: 2 ** 40,
    ...(guards && { guards }),
  });
  return { name, client, times: [], small: [], number: 0 };
});

/** Nanoseconds for a step: the middle of many. Loops tell calls apart, so each has arguments of its own. */
function measure(subject, given, end) {
  const times = new Float64Array(steps);
  const { client } = subject;
  for (let at = 0; at < steps; at++) {
    const call = { ...given, input: `${subject.number++} ${given.input}` };
    const began = performance.now();
    client.span("search", call, end);
    times[at] = performance.now() - began;
  }
  return statistics(times, 1).p50_us;
}

for (let round = 0; round <= rounds; round++) {
  for (const subject of clients) {
    const [large, little] = [measure(subject, options, work), measure(subject, small, nothing)];
    // The first round is for the compiler.
    if (round > 0) subject.times.push(large) && subject.small.push(little);
  }
}
const [plain] = clients;
for (const { name, times, small } of clients) {
  row(`guards: ${name}`, "", "p50", "µs", median(times));
  row(`guards: ${name}, small`, "", "p50", "µs", median(small));
  if (name === "none") continue;
  row(`guards: ${name}`, "", "added", "µs", median(times.map((time, at) => time - plain.times[at])));
  row(`guards: ${name}, small`, "", "added", "µs", median(small.map((time, at) => time - plain.small[at])));
}
for (const { client } of clients) await client.shutdown();
rmSync(folder, { recursive: true });

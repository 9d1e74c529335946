/**
 * What recording one step costs in Node, beside OpenTelemetry's SDK in the same run, and what importing costs.
 *
 *     node bench/record.mjs --rounds 5
 *
 * tracewire writes both records to its journal before the calls return; OpenTelemetry keeps spans in memory (a batch
 * processor and an exporter that
 * does nothing). Each subject runs in a process of its own, idle and beside a busy worker thread, in interleaved
 * rounds. Between steps the event
 * loop gets its turn, untimed, so that batches can leave. Medians come as JSON lines.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Worker } from "node:worker_threads";
import { SUBJECTS } from "./subjects.mjs";
import { median, row, rows, statistics } from "./work.mjs";

const SPANS = 50_000;
const WARM_UP = 5_000;
/** Steps between two turns of the event loop. */
const TURN = 250;
const IMPORTS = 11;

const { values: options } = parseArgs({
  options: {
    rounds: { type: "string", default: "5" },
    subject: { type: "string", multiple: true },
    measure: { type: "string" },
    busy: { type: "boolean", default: false },
  },
});

const turn = () => new Promise((resolve) => setImmediate(resolve));

/** One round of one subject, in this process. */
async function measure(name, isBusy) {
  const directory = mkdtempSync(join(process.env.BENCH_DIR ?? tmpdir(), "tracewire-bench-"));
  try {
    const { one, end } = await SUBJECTS[name].open(directory);
    const busy = isBusy ? new Worker("for (;;) Math.sqrt(2);", { eval: true }) : undefined;
    for (let index = 0; index < WARM_UP; index += 1) {
      if (index % TURN === 0) await turn();
      one();
    }
    globalThis.gc?.();
    const before = process.memoryUsage.rss();
    const times = new Float64Array(SPANS);
    const began = performance.now();
    for (let index = 0; index < SPANS; index += 1) {
      if (index % TURN === 0) await turn();
      const start = performance.now();
      one();
      times[index] = performance.now() - start;
    }
    const total = performance.now() - began;
    const grown = process.memoryUsage.rss() - before;
    await end(WARM_UP + SPANS);
    await busy?.terminate();
    return { ...statistics(times, total), grown_bytes: grown };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function child(...given) {
  const done = spawnSync(process.execPath, given, { encoding: "utf8", maxBuffer: 1 << 24 });
  if (done.status !== 0) throw new Error(`node ${given.join(" ")}: ${done.stderr}`);
  return done.stdout;
}

/** How much longer Node takes with the import, the median of pairs, in milliseconds. */
function importMillis(subject, kind) {
  const one = (program) => {
    const began = performance.now();
    child(...(kind === "esm" ? ["--input-type=module"] : []), "-e", program);
    return performance.now() - began;
  };
  const program = kind === "esm" ? `import ${JSON.stringify(subject.esm)}` : `require(${JSON.stringify(subject.cjs)})`;
  return median(Array.from({ length: IMPORTS }, () => -one(";") + one(program)));
}

async function main() {
  const script = fileURLToPath(import.meta.url);
  const subjects = options.subject ?? Object.keys(SUBJECTS);
  const found = new Map();
  for (let round = 0; round < Number(options.rounds); round += 1) {
    for (const name of subjects) {
      for (const isBusy of [false, true]) {
        const key = `${name}${isBusy ? " busy" : ""}`;
        const said = child("--expose-gc", script, "--measure", name, ...(isBusy ? ["--busy"] : []));
        found.set(key, [...(found.get(key) ?? []), JSON.parse(said)]);
      }
    }
  }
  for (const name of subjects) {
    const subject = SUBJECTS[name];
    const version = subject.version();
    rows(name, version, found.get(name));
    rows(name, version, found.get(`${name} busy`), ".busy");
    for (const kind of ["esm", "cjs"]) row(name, version, `import.${kind}`, "ms", importMillis(subject, kind));
  }
}

if (options.measure === undefined) await main();
else console.log(JSON.stringify(await measure(options.measure, options.busy)));

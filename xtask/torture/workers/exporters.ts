/**
 * A process whose exporter fails until its input says "healed"; then everything must arrive. Node's side of `exporters.py`.
 *
 *     node exporters.mjs DIR WORKER SEED http|host URL|SENT UNITS
 */
import { appendFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { type Batch, type Exporter, flush, HttpExporter, init, RetryLater } from "tracewire";
import { Lane, say, totals } from "./worker.ts";

const MOST_MILLIS = 40_000;

/** Does what exporters do wrong. */
class Erratic implements Exporter {
  readonly name = "erratic";
  readonly usesEvents = false;
  isHealed = false;
  #calls = 0;

  constructor(readonly path: string) {}

  async export(batch: Batch): Promise<void> {
    if (!this.isHealed) await this.#misbehave();
    appendFileSync(this.path, Buffer.concat(batch.envelopes.flatMap((envelope) => [envelope, Buffer.from("\n")])));
    return "nonsense" as never;
  }

  async #misbehave(): Promise<void> {
    this.#calls += 1;
    switch (this.#calls % 6) {
      case 0:
        throw new TypeError("nobody there");
      case 1:
        throw undefined;
      case 2:
        throw new RetryLater("busy", "not now", { after: 0.05 } as never);
      case 3:
        return void (await pause(300));
      case 4:
        return Promise.reject("no error at all");
      default:
        await flush(10);
    }
  }
}

const [directory, worker = "w", seed = "1", way, where = "", units = "200"] = process.argv.slice(2);
const erratic = new Erratic(where);
const exporter = way === "http" ? new HttpExporter({ url: where, timeoutMillis: 300 }) : erratic;
const mode = Number(seed) % 3 === 0 ? "inline" : "background";
init({ service: "torture", dir: directory, mode, exporters: [exporter], fileBytes: 1 << 18 });
const lane = new Lane(worker, 0, Number(seed), { sizes: [4, 90, 400] });
let isOver = false;
process.stdin.once("data", () => {
  isOver = true;
});
for (let done = 0; !isOver; done += 1) {
  if (done < Number(units)) lane.unit();
  if (done % 20 === 0) {
    await flush(20);
    await pause(2);
  }
}
process.stdin.destroy();
erratic.isHealed = true;
lane.unit();
const end = Date.now() + MOST_MILLIS;
for (;;) {
  const report = await flush(2000);
  if (report.pending === 0) break;
  if (Date.now() > end) {
    say(`! ${worker}: ${report.pending} events did not arrive in ${MOST_MILLIS} ms: ${JSON.stringify(report)}`);
    break;
  }
}
await totals(worker);
process.exit(0);

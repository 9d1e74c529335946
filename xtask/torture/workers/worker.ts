/**
 * Processes that record until something happens to them: Node's side of `worker.py`, with the same lines and options.
 *
 *     node worker.mjs alone|hold DIR OPTIONS WORKER SEED
 */
import { writeSync } from "node:fs";
import { setImmediate as yields } from "node:timers/promises";
import { crc32 } from "node:zlib";
import { event, flush, init, shutdown, span, startSpan, stats } from "tracewire";

interface Options {
  readonly kind: string;
  readonly init?: object;
  readonly checks?: boolean;
  readonly sizes?: readonly number[];
  readonly units?: number;
  readonly tasks?: number;
  readonly after?: number;
  readonly wait?: number;
}

const SIZES = [4, 40, 90, 400, 3000];

export function say(line: string): void {
  const bytes = Buffer.from(`${line}\n`);
  for (;;) {
    try {
      writeSync(1, bytes);
      return;
    } catch (error) {
      // A pipe that is full: whoever reads it is slower than we are.
      if ((error as NodeJS.ErrnoException).code !== "EAGAIN") throw error;
    }
  }
}

/** Numbers by chance, the same for a seed. */
function random(seed: number): (below: number) => number {
  let state = (seed ^ 0x9e3779b9) >>> 0 || 1;
  return (below) => {
    state ^= state << 13;
    state >>>= 0;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state % below;
  };
}

const chance = random(7);
const WORDS = Array.from({ length: 30_000 }, () => [...'abcdefghij otters ß€\n"'][chance(22)] ?? " ").join("");

interface Mark {
  readonly mark: string;
  readonly number: number;
  readonly more: readonly unknown[];
}

/** One chain of calls of a worker: what it records is numbered. */
export class Lane {
  #number = 0;
  #dropped = 0;
  readonly chance: (below: number) => number;

  constructor(
    readonly worker: string,
    readonly lane: number,
    seed: number,
    readonly options: Pick<Options, "checks" | "sizes"> = {},
  ) {
    this.chance = random(seed * 1000 + lane);
  }

  mark(parent: string | number = "?", start: string | number = "-"): Mark {
    const sizes = this.options.sizes ?? SIZES;
    const size = sizes[this.chance(sizes.length)] ?? 4;
    const at = this.chance(WORDS.length - size);
    const text = `${this.worker}/${this.lane}/${this.#number}/${parent}/${start}/${WORDS.slice(at, at + size)}`;
    return { mark: text, number: this.#number, more: [1, 2.5, null, true] };
  }

  said(mark: Mark): number {
    let letter = "a";
    if (this.options.checks) {
      const dropped = droppedSoFar();
      if (dropped !== this.#dropped) letter = "d";
      this.#dropped = dropped;
    }
    say(`${letter} ${this.worker} ${this.lane} ${this.#number} ${crc32(mark.mark)}`);
    return this.#number++;
  }

  /** A run of two steps with an event: five records. */
  unit(): void {
    let mark = this.mark("-");
    span("work", { kind: "tool", input: mark, parent: null }, (outer) => {
      const above = this.said(mark);
      this.below(above);
      mark = this.mark("?", above);
      outer.setOutput(mark);
    });
    this.said(mark);
  }

  below(above: number): void {
    let mark = this.mark(above);
    span("part", { input: mark }, (inner) => {
      const here = this.said(mark);
      const note = this.mark(here);
      event("note", { size: note.mark.length }, { data: note });
      this.said(note);
      mark = this.mark("?", here);
      inner.setOutput(mark);
    });
    this.said(mark);
  }

  /** The same with promises in between; other chains run meanwhile. */
  async unitOfPromises(): Promise<void> {
    let mark = this.mark("-");
    await span("work", { input: mark, parent: null }, async (outer) => {
      const above = this.said(mark);
      await yields();
      await this.#partOfPromises(above);
      mark = this.mark("?", above);
      outer.setOutput(mark);
    });
    this.said(mark);
  }

  async #partOfPromises(above: number): Promise<void> {
    let mark = this.mark(above);
    await span("part", { input: mark }, async (inner) => {
      const here = this.said(mark);
      await yields();
      const deep = this.mark(here);
      const step = startSpan("deep", { input: deep });
      const deepest = this.said(deep);
      await yields();
      const ends = this.mark("?", deepest);
      step.setOutput(ends);
      step.end();
      this.said(ends);
      mark = this.mark("?", here);
      inner.setOutput(mark);
    });
    this.said(mark);
  }
}

function droppedSoFar(): number {
  let sum = 0;
  for (const [reason, count] of Object.entries(stats().dropped)) if (reason !== "vanished") sum += count;
  return sum;
}

export async function totals(worker: string): Promise<void> {
  const report = await shutdown(5000);
  say(`t ${worker} ${report.written} 0 ${JSON.stringify(report.dropped)}`);
}

async function steps(lane: Lane, units = Number.POSITIVE_INFINITY): Promise<void> {
  for (let done = 0; done < units; done += 1) {
    lane.unit();
    if (lane.chance(50) === 0) await flush(200);
    else if (lane.chance(4) === 0) await yields();
  }
}

const KINDS: Readonly<Record<string, (worker: string, seed: number, options: Options) => Promise<void>>> = {
  forever: (worker, seed, options) => steps(new Lane(worker, 0, seed, options)),
  async end(worker, seed, options) {
    await steps(new Lane(worker, 0, seed, options), options.units ?? 20);
    await totals(worker);
  },
  async mixed(worker, seed, options) {
    await steps(new Lane(worker, 0, seed, options), 1 + (seed % 40));
    const ends = [() => process.abort(), () => process.kill(process.pid, "SIGSEGV"), () => process.exit(3)];
    ends[seed % 3]?.();
    await new Promise(() => setInterval(() => {}, 1000));
  },
  async hungry(worker, seed, options) {
    const lane = new Lane(worker, 0, seed, options);
    const kept: number[][] = [];
    for (;;) {
      lane.unit();
      kept.push(Array.from({ length: 100_000 }, (_, index) => index + 0.5));
    }
  },
  /** Thousands of chains of promises at once. */
  async promises(worker, seed, options) {
    const lanes = Array.from({ length: options.tasks ?? 10_000 }, (_, lane) => new Lane(worker, lane, seed, options));
    await Promise.all(lanes.map((lane) => lane.unitOfPromises()));
    await totals(worker);
  },
};

/** Records until the input says that it is enough; then closes and tells. */
async function hold(name: string, seed: number, options: Options): Promise<void> {
  const lane = new Lane(name, 0, seed, options);
  let isOver = false;
  process.stdin.once("data", () => {
    isOver = true;
  });
  for (let units = 1; !isOver; units += 1) {
    lane.unit();
    if (units % 50 === 0) say(`i units ${units}`);
    if (options.wait !== undefined) await new Promise((resolve) => setTimeout(resolve, options.wait));
    else if (units % 5 === 0) await yields();
  }
  process.stdin.destroy();
  for (let unit = 0; unit < (options.after ?? 0); unit += 1) {
    await new Promise((resolve) => setTimeout(resolve, 110));
    lane.unit();
  }
  await totals(name);
}

const [program = "", role, directory, given, name, seed] = process.argv.slice(1);
// Other workers take their parts from here.
if (
  program.endsWith("worker.mjs") &&
  role !== undefined &&
  directory !== undefined &&
  given !== undefined &&
  name !== undefined
) {
  const options = JSON.parse(given) as Options;
  init({ service: "torture", dir: directory, ...options.init });
  if (role === "hold") await hold(name, Number(seed), options);
  else await KINDS[options.kind]?.(name, Number(seed), options);
}

import { type ChildProcessByStdio, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface, type Interface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { afterAll } from "vitest";
import type { Json } from "../../src/api/types.ts";

/** How long something may take that happens at once on a machine at rest. */
const PATIENCE = 120_000;

/** What a variable of the environment names. */
function named(variable: string): string {
  const value = process.env[variable];
  if (value === undefined || value === "") {
    throw new Error(`${variable} is not set: cargo xtask test --only dashboard-served sets it`);
  }
  return value;
}

/** What programs find: nothing of whoever runs the tests decides where they record. */
function environment(more: Record<string, string>): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^(TRACEWIRE|OTEL|VITEST)_/.test(name));
  return { ...Object.fromEntries(kept), PYTHONDONTWRITEBYTECODE: "1", ...more };
}

/** Programs that run, and folders that there are. */
const running = new Set<{ kill(signal: "SIGKILL"): boolean }>();
const folders = new Set<string>();

/** Leaves nothing: a test that fails ends before it has stopped what it started. */
function leaveNothing(): void {
  for (const child of running) {
    child.kill("SIGKILL");
  }
  running.clear();
  for (const folder of folders) {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
  folders.clear();
}

// Behind all that the file itself does at its end; and where the run is cut off.
afterAll(leaveNothing);
process.once("exit", leaveNothing);

/** Starts a program that does not outlive this one. */
function started<C extends Child>(child: C): C {
  running.add(child);
  child.once("exit", () => running.delete(child));
  return child;
}

/** The real server, over a folder of its own. */
export class Served {
  private constructor(
    readonly url: string,
    readonly directory: string,
    private readonly process: ChildProcessByStdio<null, Readable, null>,
    private readonly folder: string,
  ) {}

  /** Starts it; `prepare` runs before, with the folder that it will serve. */
  static async start(args: string[] = [], prepare: (directory: string) => void = () => {}): Promise<Served> {
    const folder = mkdtempSync(join(tmpdir(), "tracewire-served-"));
    folders.add(folder);
    const directory = join(folder, ".tracewire");
    prepare(directory);
    const child = started(
      spawn(named("TRACEWIRE_BIN"), ["--dir", directory, "--json", "serve", "--port", "0", ...args], {
        cwd: folder,
        env: environment({}),
        stdio: ["ignore", "pipe", "inherit"],
      }),
    );
    const line = await firstLine(createInterface(child.stdout), child);
    const said = JSON.parse(line) as { url: string };
    return new Served(said.url.replace(/\/$/, ""), directory, child, folder);
  }

  /** Makes a key. */
  static key(directory: string, scope: "read" | "write" | "admin"): string {
    const args = ["--dir", directory, "serve", "keys", "create", "--scope", scope];
    const done = spawnSync(named("TRACEWIRE_BIN"), args, { env: environment({}), encoding: "utf8" });
    if (done.status !== 0) {
      throw new Error(`no key was made: ${done.stderr}`);
    }
    return done.stdout.trim();
  }

  /** What a path of the API answers. */
  async get<T>(path: string): Promise<T> {
    const response = await fetch(`${this.url}/v1${path}`);
    if (!response.ok) {
      throw new Error(`${path}: ${response.status} ${await response.text()}`);
    }
    return (await response.json()) as T;
  }

  /** Asks until the answer is as it should be, and gives it. */
  async until<T>(path: string, is: (answer: T) => boolean): Promise<T> {
    const end = Date.now() + PATIENCE;
    for (;;) {
      const answer = await this.get<T>(path);
      if (is(answer)) {
        return answer;
      }
      if (Date.now() > end) {
        throw new Error(`${path} stayed at ${JSON.stringify(answer).slice(0, 600)}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** Waits until a trace is there: what programs record comes by their journals. */
  async has(trace: string): Promise<void> {
    await this.until<{ items: { trace_id: string }[] }>("/traces", ({ items }) =>
      items.some(({ trace_id }) => trace_id === trace),
    );
  }

  /** Sends a request of OTLP. */
  async send(path: "/v1/traces" | "/v1/logs", body: Json): Promise<void> {
    const response = await fetch(`${this.url}${path}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    const said = await response.text();
    if (said !== "{}") {
      throw new Error(`${path}: ${response.status} ${said.slice(0, 600)}`);
    }
  }

  /** Ends it as Ctrl-C does, and gives its exit code. */
  async stop(): Promise<number | null> {
    const code = await ended(this.process, () => this.process.kill("SIGINT"));
    rmSync(this.folder, { recursive: true, force: true });
    folders.delete(this.folder);
    return code;
  }
}

/** What a program records with. */
export type Sdk = "python" | "typescript";

/** A program that records with an SDK, and does what it is told. */
export class Agent {
  private constructor(
    private readonly process: ChildProcessByStdio<Writable, Readable, null>,
    private readonly lines: Interface,
  ) {}

  static start(directory: string, service: string, sdk: Sdk = "python"): Agent {
    const [program, script] =
      sdk === "python"
        ? [named("TRACEWIRE_PYTHON"), join(import.meta.dirname, "agent.py")]
        : [process.execPath, named("TRACEWIRE_TYPESCRIPT")];
    const native = sdk === "python" ? {} : { TRACEWIRE_NATIVE: named("TRACEWIRE_NATIVE") };
    const child = started(
      spawn(program, [script, service], {
        env: environment({ TRACEWIRE_DIR: directory, ...native }),
        stdio: ["pipe", "pipe", "inherit"],
      }),
    );
    return new Agent(child, createInterface(child.stdout));
  }

  /** Tells it to do something, and waits until it was done; gives the trace's id. */
  async tell(what: string, details: { [name: string]: Json } = {}): Promise<string> {
    const answer = firstLine(this.lines, this.process);
    this.process.stdin.write(`${JSON.stringify({ do: what, ...details })}\n`);
    return answer;
  }

  /** As the kernel would when memory is short. */
  async kill(): Promise<void> {
    await ended(this.process, () => this.process.kill("SIGKILL"));
  }

  async end(): Promise<void> {
    await ended(this.process, () => this.process.stdin.end());
  }
}

type Child = ChildProcessByStdio<Writable | null, Readable, null>;

/** The next line that a program says. */
function firstLine(lines: Interface, child: Child): Promise<string> {
  return new Promise((resolve, reject) => {
    const over = (code: number | null) => reject(new Error(`the program ended with ${code} before it said anything`));
    lines.once("line", (line) => {
      child.off("exit", over);
      resolve(line);
    });
    child.once("exit", over);
  });
}

/** Waits for the end of a program. */
function ended(child: Child, how: () => void): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) {
    return Promise.resolve(child.exitCode);
  }
  return new Promise((resolve) => {
    child.once("exit", (code) => resolve(code));
    how();
  });
}

/** Runs a program of this folder in a process of its own. */
import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { buildSync } from "esbuild";
import { onTestFinished } from "vitest";
import { folder } from "../reading.ts";

const HERE = import.meta.dirname;

/** What a program printed, and how it ended. */
export interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
  readonly out: string;
  readonly errors: string;
}

/** A program that runs. */
export interface Running {
  readonly child: ChildProcess;
  /** Settles when it has printed a line with this text. */
  says(text: string): Promise<string>;
  readonly ended: Promise<Ended>;
}

/** The program as one file of JavaScript. */
export function bundled(name: string): string {
  const outfile = join(folder(), `${name}.mjs`);
  buildSync({
    entryPoints: [join(HERE, `${name}.ts`)],
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    outfile,
    absWorkingDir: join(HERE, "../../.."),
    logLevel: "error",
  });
  return outfile;
}

/** Starts a program; it is killed with the test. */
export function start(
  name: string,
  dir: string,
  environment: Record<string, string> = {},
  args: string[] = [],
): Running {
  const { TRACEPARENT: _, ...outer } = process.env;
  const env = { ...outer, NODE_OPTIONS: "", TRACEWIRE_DIR: dir, ...environment };
  const child = spawn(process.execPath, [bundled(name), ...args], { env, stdio: ["pipe", "pipe", "pipe"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  let out = "";
  let errors = "";
  const waiting: (() => void)[] = [];
  child.stdout.on("data", (data) => {
    out += data;
    for (const look of waiting) look();
  });
  child.stderr.on("data", (data) => {
    errors += data;
  });
  const ended = new Promise<Ended>((resolve) => {
    child.on("close", (code, signal) => {
      for (const look of waiting) look();
      resolve({ code, signal, out, errors });
    });
  });
  const says = (text: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const line = out.split("\n").find((line) => line.includes(text));
        if (line !== undefined) resolve(line);
        else if (child.exitCode !== null) reject(new Error(`it ended without a word of ${text}: ${out}${errors}`));
      };
      waiting.push(look);
      look();
    });
  return { child, says, ended };
}

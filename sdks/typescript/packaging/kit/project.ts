/**
 * Fresh projects, as a user has them: a folder of their own outside of the checkout, with the packed package installed.
 *
 * @module
 */
import { spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { inject, onTestFinished } from "vitest";
import { archive, FIXTURES, MAIN } from "./where.ts";

/** What a program printed. */
export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** No program here takes longer, unless it hangs. */
const LONGEST_MILLIS = 120_000;

export class Project {
  readonly folder: string;

  /** An empty project. */
  constructor(manifest: object = { type: "module" }) {
    this.folder = realpathSync(mkdtempSync(path.join(tmpdir(), "tracewire-packaging-")));
    this.write("package.json", JSON.stringify({ name: "project", version: "1.0.0", private: true, ...manifest }));
    const scope = `@${MAIN.manifest.name}:registry=${inject("registry")}`;
    this.write(".npmrc", `${scope}\naudit=false\nfund=false\nignore-scripts=true\nupdate-notifier=false\n`);
  }

  write(name: string, text: string): string {
    const file = path.join(this.folder, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
    return file;
  }

  read(name: string): string {
    return readFileSync(path.join(this.folder, name), "utf8");
  }

  /** Takes over a folder of `fixtures/`. */
  take(fixture: string): this {
    cpSync(path.join(FIXTURES, fixture), this.folder, { recursive: true });
    return this;
  }

  path(...names: string[]): string {
    return path.join(this.folder, ...names);
  }

  /** `npm install` of the package's archive, with more arguments. */
  async install(...more: string[]): Promise<this> {
    await this.npm("install", archive(MAIN), ...more);
    return this;
  }

  async npm(...words: string[]): Promise<Ran> {
    const ran = await run("npm", ["--loglevel=error", "--prefer-offline", ...words], { cwd: this.folder });
    if (ran.code !== 0) {
      throw new Error(`npm ${words.join(" ")}: ${ran.stdout}${ran.stderr}`);
    }
    return ran;
  }

  /** Runs Node on a file of the project, recording in the project's own folder. */
  node(file: string, options: { flags?: string[]; env?: NodeJS.ProcessEnv } = {}): Promise<Ran> {
    return run(process.execPath, [...(options.flags ?? []), file], { cwd: this.folder, env: options.env ?? {} });
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** A project that is removed with the test, or kept for all tests of a file by `beforeAll`. */
export function project(manifest?: object): Project {
  const made = new Project(manifest);
  onTestFinished(() => made.remove());
  return made;
}

/** Runs a program without what this process's environment says about recording or about npm. */
export function run(program: string, words: string[], options: { cwd: string; env?: NodeJS.ProcessEnv }): Promise<Ran> {
  const env: NodeJS.ProcessEnv = {};
  for (const [name, value] of Object.entries(process.env)) {
    if (!/^(?:TRACEWIRE|OTEL|npm_|NODE_|VITEST)/i.test(name)) {
      env[name] = value;
    }
  }
  return new Promise((resolve, reject) => {
    const child = spawn(program, words, {
      cwd: options.cwd,
      env: { ...env, TRACEWIRE_DIR: path.join(options.cwd, ".tracewire"), ...options.env },
      stdio: ["ignore", "pipe", "pipe"],
      timeout: LONGEST_MILLIS,
      shell: process.platform === "win32",
    });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
    });
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, stdout, stderr }));
  });
}

/** What a program that went well and complained of nothing said, as JSON. */
export function answer<T>(ran: Ran): T {
  if (ran.code !== 0 || ran.stderr !== "") {
    throw new Error(`exit code ${ran.code}\n${ran.stdout}\n${ran.stderr}`);
  }
  return JSON.parse(ran.stdout) as T;
}

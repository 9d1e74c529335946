import { execFile } from "node:child_process";
import { cpSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { build } from "esbuild";
import { expect, test } from "vitest";
import { folder } from "../recording/reading.ts";

const PACKAGE = fileURLToPath(new URL("../..", import.meta.url));
const EXAMPLES = join(PACKAGE, "../../examples");

/** Runs an example as Node runs it, in a folder of its own; gives the lines that it prints. */
async function lines(name: string): Promise<string[]> {
  const here = folder();
  const script = join(here, `${name}.mjs`);
  const { outputFiles } = await build({
    entryPoints: [join(EXAMPLES, "typescript", `${name}.ts`)],
    outfile: script,
    write: false,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    logLevel: "error",
    absWorkingDir: PACKAGE,
    nodePaths: [join(PACKAGE, "node_modules")],
    alias: Object.fromEntries([
      ["tracewire", join(PACKAGE, "src/index.ts")],
      ...["ai", "anthropic", "langchain", "mcp", "openai"].map((entry) => [
        `tracewire/${entry}`,
        join(PACKAGE, `src/integrations/${entry}.ts`),
      ]),
    ]),
    banner: {
      js: "import { createRequire as requiring } from 'node:module'; const require = requiring(process.cwd() + '/');",
    },
  });
  writeFileSync(script, outputFiles[0]?.contents ?? "");
  const kept = Object.entries(process.env).filter(
    ([variable]) => !/^(TRACEWIRE_|TRACEPARENT|OTEL_|OPENAI_|ANTHROPIC_|VITEST|NODE_OPTIONS)/.test(variable),
  );
  const environment = { ...Object.fromEntries(kept), TRACEWIRE_NATIVE: process.env["TRACEWIRE_NATIVE"] };
  const run = promisify(execFile)(process.execPath, [script], {
    cwd: here,
    env: { ...environment, TRACEWIRE_DIR: join(here, ".tracewire") },
  });
  const { stdout, stderr } = await run;
  expect(stderr).toBe("");
  return stdout.trimEnd().split("\n");
}

test("their types hold for whoever copies them", { timeout: 280_000 }, async () => {
  const here = folder();
  cpSync(EXAMPLES, here, {
    recursive: true,
    filter: (path) => !/third-party|python|playground|node_modules/.test(path),
  });
  // So do those of the torture harness, which are bundled as examples are and never compiled.
  cpSync(join(EXAMPLES, "../xtask/torture/workers"), join(here, "torture"), { recursive: true });
  symlinkSync(join(PACKAGE, "node_modules"), join(here, "node_modules"));
  const configuration = {
    extends: join(PACKAGE, "tsconfig.json"),
    compilerOptions: {
      noPropertyAccessFromIndexSignature: false,
      paths: { tracewire: [join(PACKAGE, "src/index.ts")], "tracewire/*": [join(PACKAGE, "src/integrations/*.ts")] },
    },
    include: ["typescript/*.ts", "research-agent/*.ts", "torture/*.ts"],
  };
  writeFileSync(join(here, "tsconfig.json"), JSON.stringify(configuration));
  const compiler = join(PACKAGE, "node_modules/typescript/bin/tsc");
  const checked = promisify(execFile)(process.execPath, [compiler, "-p", here]);
  const { stdout } = await checked.catch((error: { stdout: string }) => error);
  expect(stdout).toBe("");
});

test.each<[name: string, printed: string]>([
  [
    "plain-async",
    `
the page about otters; the page about kelp; nothing about the deep sea; 
agent research
  step read all
    tool fetch
    tool fetch
  tool fetch timeout
  llm write`,
  ],
  [
    "decorators",
    `
Otters hold hands. Kelp grows fast.
agent answer
  retrieval search
  tool read page
  tool read page
  tool read page error
  guardrail #isHarmless`,
  ],
  [
    "openai",
    `
It stays dry.
agent weatherman
  llm chat gpt-5-mini
  tool forecast
  llm chat gpt-5-mini`,
  ],
  [
    "runaway",
    `
warning: money budget of session "chat-7" is nearly used: llm "chat scripted-1" asks 0.0137725 USD, 0.03426 USD used, 0 USD reserved, limit 0.05 USD
stopped: money budget of session "chat-7" would be exceeded: llm "chat scripted-1" asks 0.0152275 USD, 0.0450625 USD used, 0 USD reserved, limit 0.05 USD
used: 0.0450625 of 0.05 USD
recorded: money budget of session "chat-7" would be exceeded: llm "chat scripted-1" asks 0.0152275 USD, 0.0450625 USD used, 0 USD reserved, limit 0.05 USD
agent researcher error
  llm chat scripted-1
  tool search
  llm chat scripted-1
  tool search
  llm chat scripted-1
  tool search
  llm chat scripted-1
  tool search
  llm chat scripted-1
  tool search
  llm chat scripted-1
  tool search
  guardrail tracewire.guard
  llm chat scripted-1
  tool search
  guardrail tracewire.guard`,
  ],
  [
    "anthropic",
    `
It stays dry.
chat claude-sonnet-4-6: 40 tokens read, 32 of them from the cache`,
  ],
  [
    "langchain",
    `
It stays dry.
chain ask
  tool forecast
  chain answer
    chain ChatPromptTemplate
    llm chat
    chain StrOutputParser`,
  ],
  [
    "ai",
    `
It stays dry.
agent weatherman
  llm chat scripted-1
  tool forecast
    step ask the station
  llm chat scripted-1`,
  ],
  [
    "mcp-server",
    `
Ghent said: Ghent: dry
Atlantis failed: no station there
agent traveller
  tool tools/call forecast
    tool forecast
      step station
  tool tools/call forecast error
    tool forecast error
      step station error`,
  ],
  [
    "cluster",
    `
I have read the page about otters.
I have read the page about kelp.
I have read the page about the deep sea.
agent survey
  tool ask
    agent answer
      retrieval look up
      llm write
  tool ask
    agent answer
      retrieval look up
      llm write
  tool ask
    agent answer
      retrieval look up
      llm write
3 answers, from 3 processes`,
  ],
])("%s", { timeout: 60_000 }, async (name, printed) => {
  expect(await lines(name)).toEqual(printed.trimStart().split("\n"));
});

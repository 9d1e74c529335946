/** The package in Node as it is installed, by both kinds of modules. */
import { existsSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { answer, Project } from "./kit/project.ts";
import { imports, MAIN } from "./kit/where.ts";

interface Recorded {
  written: number;
  name: string;
}

/** What the fixtures `record.mjs` and `record.cjs` do: one step, handed over. */
const RECORD = `
  const client = init({ strict: true });
  const value = span("work", { kind: "tool", input: { question: 1 } }, () => 42);
  const report = await flush();
  console.log(JSON.stringify({ value, written: report.written }));
`;

let project: Project;

beforeAll(async () => {
  project = await new Project({}).install();
});
afterAll(() => project.remove());

test("an ES module records with the native library, without a word", async () => {
  project.write("record.mjs", `import { flush, init, span } from "tracewire";\n${RECORD}`);
  const ran = await project.node("record.mjs");
  expect(answer<Recorded>(ran)).toEqual({ value: 42, written: 2 });
  expect(existsSync(project.path(".tracewire"))).toBe(true);
});

test("a CommonJS module does the same", async () => {
  project.write("record.cjs", `const { flush, init, span } = require("tracewire");\n(async () => {${RECORD}})();`);
  expect(answer<Recorded>(await project.node("record.cjs"))).toEqual({ value: 42, written: 2 });
});

test("both kinds, and the slim entry, share one client", async () => {
  project.write(
    "both.mjs",
    `import { createRequire } from "node:module";
     import { getClient, init } from "tracewire";
     import { getClient as slim } from "tracewire/slim";
     const required = createRequire(import.meta.url)("tracewire");
     const client = init();
     const step = required.startSpan("outer");
     const inner = step.run(() => getClient().startSpan("inner"));
     console.log(JSON.stringify({
       same: [required.getClient() === client, slim() === client],
       trace: inner.traceId === step.traceId,
     }));
     inner.end();
     step.end();`,
  );
  expect(answer(await project.node("both.mjs"))).toEqual({ same: [true, true], trace: true });
});

test("each entry has the same names by import and by require", async () => {
  project.write(
    "names.mjs",
    `import { createRequire } from "node:module";
     const require = createRequire(import.meta.url);
     const names = (found) => Object.keys(found).filter((name) => name !== "default" && name !== "module.exports").sort();
     const told = {};
     for (const name of ${JSON.stringify(imports())}) {
       told[name] = [names(await import(name)), names(require(name))];
     }
     console.log(JSON.stringify(told));`,
  );
  const told = answer<Record<string, [string[], string[]]>>(await project.node("names.mjs"));
  expect(Object.keys(told)).toContain("tracewire/openai");
  for (const [name, [imported, required]] of Object.entries(told)) {
    expect(imported.length, name).toBeGreaterThan(0);
    expect(required, name).toEqual(imported);
  }
});

test("an error's stack leads to the sources, which are in the package", async () => {
  project.write(
    "stack.mjs",
    `import { span, init } from "tracewire";
     init();
     try { span("work", () => { throw new Error("mine"); }); } catch (error) { console.log(JSON.stringify(error.stack)); }`,
  );
  const stack = answer<string>(await project.node("stack.mjs", { flags: ["--enable-source-maps"] }));
  const named = [...stack.matchAll(/(\/[^\s():]*\/tracewire\/src\/[^\s():]+\.ts):\d+/g)].map(([, file]) => file ?? "");
  expect(named.length, stack).toBeGreaterThan(0);
  expect(named.filter((file) => !existsSync(file))).toEqual([]);
});

test("the archive holds what belongs in it, and nothing else", () => {
  const folders = new Set(MAIN.files.map((file) => file.split("/")[0]));
  expect([...folders].sort()).toEqual([
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "README.md",
    "dist",
    "package.json",
    "src",
    "wasm",
  ]);
  expect(MAIN.files.filter((file) => /\.test\.|\.node$|\/tests?\/|^src\/.*embedded/.test(file))).toEqual([]);
  expect(Object.keys(MAIN.manifest.optionalDependencies ?? {})).toHaveLength(8);
});

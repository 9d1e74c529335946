/** `sideEffects: false` is true: importing does nothing, and what is not used is not in a bundle. */
import { readdirSync } from "node:fs";
import path from "node:path";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { answer, Project } from "./kit/project.ts";
import { imports } from "./kit/where.ts";

let project: Project;

beforeAll(async () => {
  project = await new Project({}).install();
});
afterAll(() => project.remove());

/** What of the package is in a bundle of this code, in bytes by file. */
async function left(code: string, platform: "node" | "browser"): Promise<Record<string, number>> {
  const { metafile } = await build({
    stdin: { contents: code, resolveDir: project.folder },
    bundle: true,
    format: "esm",
    platform,
    write: false,
    metafile: true,
    minify: true,
    absWorkingDir: project.folder,
    logLevel: "error",
  });
  const inputs = Object.values(metafile.outputs)[0]?.inputs ?? {};
  return Object.fromEntries(
    Object.entries(inputs)
      .filter(([file, { bytesInOutput }]) => file.includes("node_modules") && bytesInOutput > 0)
      .map(([file, { bytesInOutput }]) => [path.basename(file), bytesInOutput]),
  );
}

describe.each(["node", "browser"] as const)("%s", (platform) => {
  test.each(imports())("%s, imported for nothing, leaves nothing", async (name) => {
    expect(await left(`import ${JSON.stringify(name)};`, platform)).toEqual({});
  });
});

test("what is not used is in no bundle for the browser", async () => {
  const files = await left(`export { TracewireError } from "tracewire";`, "browser");
  expect(Object.keys(files)).toEqual(["errors.js"]);
});

test("a bundle for Node has neither the vocabulary nor the protocols' names of whoever asks for none", async () => {
  const files = await left(`export { TracewireError } from "tracewire";`, "node");
  expect(Object.values(files).reduce((sum, bytes) => sum + bytes, 0)).toBeLessThan(2000);
  expect(Object.keys(await left(`export { span } from "tracewire";`, "node"))).not.toContain("index.js");
});

/** Says what changed in a process by imports: globals, listeners, timers, open handles, the environment. */
const WATCH = `
  const seen = () => ({
    globals: Reflect.ownKeys(globalThis).map(String).sort(),
    listeners: process.eventNames().map((name) => [String(name), process.listenerCount(name)]),
    handles: process.getActiveResourcesInfo().filter((kind) => kind !== "CloseReq").sort(),
    environment: { ...process.env },
    prototypes: [Object, Array, Promise, Function, Error].map((each) => Reflect.ownKeys(each.prototype).length),
  });
  for (const name of ["window", "document", "navigator", "indexedDB", "localStorage", "self"]) {
    Object.defineProperty(globalThis, name, { configurable: true, get() { throw new Error(name + " was asked for at import"); } });
  }
  for (const name of ["setTimeout", "setInterval", "setImmediate", "fetch", "addEventListener"]) {
    globalThis[name] = () => { throw new Error(name + " was called at import"); };
  }
  const before = seen();
`;

test("importing every entry of every set, the browser's too, changes nothing in a process and asks for no window", async () => {
  const root = project.path("node_modules/tracewire/dist");
  const files = ["node", "browser", "worker", "slim"].flatMap((set) =>
    readdirSync(path.join(root, set))
      .filter((name) => /^[a-z]+\.js$/.test(name) && !name.startsWith("chunk"))
      .map((name) => path.join(root, set, name)),
  );
  expect(files.length).toBeGreaterThan(20);
  const loading = files.map((file) => `await import(${JSON.stringify(file)});`).join("\n");
  project.write(
    "watch.mjs",
    `${WATCH}${loading}\nconst after = seen();\nconsole.log(JSON.stringify({ before, after }));`,
  );
  const { before, after } = answer<{ before: object; after: object }>(await project.node("watch.mjs"));
  expect(after).toEqual(before);
});

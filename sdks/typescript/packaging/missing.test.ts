/** Installed without the native part, or with one that does not fit: said once, and recorded all the same. */
import { existsSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { answer, type Project, project, type Ran } from "./kit/project.ts";
import { NATIVES } from "./kit/where.ts";

const RECORD = `import { flush, init, span } from "tracewire";
  const names = [];
  init({ exporters: [{ name: "own", export: (batch) => void names.push(...batch.events().flatMap(({ type, body }) => (type === "span.start" ? [body.name] : []))) }] });
  span("one", () => 1);
  span("two", () => 2);
  const { written, sent } = await flush();
  console.log(JSON.stringify({ written, sent, names }));`;

/** What an exporter gets, native part or not. */
const RECORDED = { written: 4, sent: 4, names: ["one", "two"] };

const NATIVE = NATIVES[0]?.manifest.name ?? "";

function recording(where: Project): Promise<Ran> {
  where.write("record.mjs", RECORD);
  return where.node("record.mjs");
}

function expectFallback(ran: Ran): void {
  expect(ran.code, ran.stderr).toBe(0);
  expect(JSON.parse(ran.stdout)).toEqual(RECORDED);
  expect(ran.stderr.match(/TracewireWarning/g), ran.stderr).toHaveLength(1);
}

test("left out, as by --omit=optional: the warning names what to install", async () => {
  const made = await project({}).install("--omit=optional");
  expect(existsSync(made.path("node_modules", NATIVE))).toBe(false);
  const ran = await recording(made);
  expectFallback(ran);
  expect(ran.stderr).toContain(`npm install ${NATIVE}`);
});

test("a library that cannot be loaded: the warning says why", async () => {
  const made = await project({}).install();
  writeFileSync(made.path("node_modules", NATIVE, "tracewire.node"), "this is no library");
  const ran = await recording(made);
  expectFallback(ran);
  expect(ran.stderr).toContain(NATIVE);
});

test("a lock file of another system installs the part for this one", async () => {
  const made = project({});
  await made.install("--os=darwin", "--cpu=arm64", "--package-lock-only");
  rmSync(made.path("node_modules"), { recursive: true, force: true });
  await made.npm("ci");
  const scope = NATIVE.split("/")[0] ?? "";
  expect(readdirSync(made.path("node_modules", scope))).toEqual([NATIVE.split("/")[1]]);
  expect(answer(await recording(made))).toEqual(RECORDED);
});

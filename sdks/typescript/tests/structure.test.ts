/** What imports what, where it runs. Types may refer to each other in circles: nothing of them is left then. */
import { readdir } from "node:fs/promises";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { expect, test } from "vitest";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const PLATFORMS = ["node", "browser", "worker", "slim"];
/** A build may have to wait for a busy machine. */
const MOST_MILLIS = 60_000;

/** The files of `src` and what each of them imports, as it is run on a platform. */
async function importsOn(platform: string): Promise<Map<string, string[]>> {
  const names = await readdir(`${ROOT}src`, { recursive: true });
  const { metafile } = await build({
    absWorkingDir: ROOT,
    stdin: {
      contents: names
        .map((name, at) => (/(?<!\.d)\.ts$/.test(name) ? `export * as all${at} from "./src/${name}";\n` : ""))
        .join(""),
      resolveDir: ROOT,
    },
    bundle: true,
    platform: "node",
    format: "esm",
    conditions: [platform],
    external: ["*.generated.js"],
    write: false,
    metafile: true,
    logOverride: { "empty-import-meta": "silent" },
  });
  const own = ({ external }: { external?: boolean }) => external !== true;
  return new Map(
    Object.entries(metafile.inputs).map(([file, { imports }]) => [file, imports.filter(own).map(({ path }) => path)]),
  );
}

/** What remains when all are taken away, one after the other, that import none of the rest or are imported by none of it. */
function circlesOf(imports: ReadonlyMap<string, readonly string[]>): string[] {
  let rest = new Map(imports);
  for (;;) {
    const imported = new Set([...rest.values()].flat());
    const inside = [...rest].filter(([file, its]) => imported.has(file) && its.some((each) => rest.has(each)));
    if (inside.length === rest.size) return [...rest.keys()];
    rest = new Map(inside);
  }
}

test.each(PLATFORMS)(
  "on %s no file imports one that imports it",
  async (platform) => {
    const imports = await importsOn(platform);

    expect(imports.size).toBeGreaterThan(100);
    expect(circlesOf(imports)).toEqual([]);
  },
  MOST_MILLIS,
);

test("a circle is found, and nothing beside it", () => {
  const imports = new Map([
    ["top", ["a"]],
    ["a", ["b", "leaf"]],
    ["b", ["a"]],
    ["leaf", []],
  ]);

  expect(circlesOf(imports)).toEqual(["a", "b"]);
});

test(
  "what knows the platform's ways knows nothing of recording",
  async () => {
    const imports = await importsOn("node");
    const below = [...imports].filter(([file]) => dirname(file) === "src/platform").flatMap(([, its]) => its);

    expect(new Set(below.map((file) => dirname(file)))).toEqual(new Set(["src/platform", "src/native"]));
  },
  MOST_MILLIS,
);

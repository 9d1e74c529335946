/** A user's project is compiled against the installed package, by the oldest TypeScript that is supported and by ours. */

import { createRequire } from "node:module";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Project, run } from "./kit/project.ts";
import { toolFile } from "./kit/where.ts";

const COMPILERS = {
  "5.4": toolFile("typescript-5.4/lib/tsc.js"),
  ours: path.join(path.dirname(createRequire(import.meta.url).resolve("typescript")), "tsc.js"),
};

/** How projects find packages, and the files that are compiled then: as ES modules and as CommonJS. */
const RESOLUTIONS = [
  ["bundler", "esnext", ["consumer.ts", "disposal.ts"]],
  ["nodenext", "nodenext", ["consumer.mts", "disposal.mts", "consumer.cts", "disposal.cts"]],
] as const;

let project: Project;

beforeAll(async () => {
  project = await new Project().take("types").install();
});
afterAll(() => project.remove());

describe.each(Object.entries(COMPILERS))("TypeScript %s", (version, compiler) => {
  test.each(RESOLUTIONS)("resolution %s", async (moduleResolution, module, files) => {
    const folder = `${version}-${moduleResolution}`;
    for (const name of files) {
      project.write(`${folder}/${name}`, project.read(name.replace(/[mc]ts$/, "ts")));
    }
    const compilerOptions = {
      target: "es2022",
      lib: ["es2022", "dom"],
      module,
      moduleResolution,
      types: [],
      strict: true,
      exactOptionalPropertyTypes: true,
      // Our declarations are read as closely as the user's own code.
      skipLibCheck: false,
      noEmit: true,
    };
    project.write(`${folder}/tsconfig.json`, JSON.stringify({ compilerOptions, files }));
    const { code, stdout } = await run(process.execPath, [compiler, "-p", folder], { cwd: project.folder });
    expect(stdout).toBe("");
    expect(code).toBe(0);
  });
});

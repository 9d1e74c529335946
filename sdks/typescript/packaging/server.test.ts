/** Rendered on a server by a Vite build for it, with the package outside of the bundle and inside. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { answer, Project } from "./kit/project.ts";
import { tool } from "./kit/where.ts";

let project: Project;

beforeAll(async () => {
  project = await new Project().take("ssr").install();
});
afterAll(() => project.remove());

test.each([
  ["outside", {}],
  ["inside", { noExternal: true }],
])("with the package %s of the bundle", async (_where, ssr) => {
  const vite = await tool<{ build(options: object): Promise<unknown> }>("vite");
  await vite.build({
    root: project.folder,
    logLevel: "error",
    configFile: false,
    ssr,
    build: { ssr: "server.js", outDir: project.path("dist") },
  });
  expect(answer(await project.node("run.mjs"))).toEqual({ html: "<p>rendered</p>", written: 2, window: "undefined" });
});

import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";
import { fixtures } from "./dev/middleware.ts";

/** Where `/v1` comes from while the pages are worked on: a running server, or the made-up data of `dev/`. */
const server = process.env["TRACEWIRE_SERVER"];

/** Writes each file a second time, compressed: the server sends it as it is. */
function packed(): Plugin {
  return {
    name: "tracewire-packed",
    apply: "build",
    writeBundle: ({ dir }) => {
      for (const entry of readdirSync(dir ?? "dist", { recursive: true, withFileTypes: true })) {
        if (entry.isFile() && /\.(html|js|css|svg|wasm)$/.test(entry.name)) {
          const path = `${entry.parentPath}/${entry.name}`;
          writeFileSync(`${path}.gz`, gzipSync(readFileSync(path), { level: 9 }));
        }
      }
    },
  };
}

/** Where `cargo xtask wasm` puts the codecs and the JavaScript around them. */
const CODECS = new URL("../../sdks/typescript/wasm/tracewire.wasm", import.meta.url).pathname;
const AROUND = new URL("../../sdks/typescript/src/native/recorder.generated.js", import.meta.url).pathname;

/** The codecs as a module of the pages. Where nobody built them there are none, and the server writes the files. */
function codecs(): Plugin {
  const name = "virtual:tracewire-codecs";
  return {
    name: "tracewire-codecs",
    resolveId: (id) => (id === name ? `\0${name}` : undefined),
    load: (id) => {
      if (id !== `\0${name}`) {
        return undefined;
      }
      return existsSync(CODECS) && existsSync(AROUND)
        ? `export { instantiate } from ${JSON.stringify(AROUND)}; export { default as address } from ${JSON.stringify(`${CODECS}?url`)};`
        : "export const instantiate = undefined; export const address = undefined;";
    },
  };
}

/** The script of each page, by the paths that lead to it; `src/early.js` loads it beside what stands around all pages. */
const PAGES = {
  "/": "traces/Traces",
  "/live": "live/Live",
  "/traces": "traces/Traces",
  "/traces/:id": "trace/Trace",
  "/sessions": "sessions/Sessions",
  "/sessions/one": "sessions/Session",
  "/analytics": "analytics/Analytics",
  "/compare": "compare/Compare",
  "/feedback": "feedback/Feedback",
  "/health": "health/Health",
};

function early(): Plugin {
  return {
    name: "tracewire-early",
    apply: "build",
    transformIndexHtml: () => [{ tag: "script", attrs: { src: "/early.js" }, injectTo: "head-prepend" }],
    generateBundle(_, bundle) {
      const scripts = new Map(
        Object.entries(bundle).flatMap(([name, one]) => (one.type === "chunk" ? [[name, one]] : [])),
      );
      const gather = (name: string, into: Set<string>): Set<string> => {
        if (!into.has(name)) {
          into.add(name);
          for (const other of scripts.get(name)?.imports ?? []) {
            gather(other, into);
          }
        }
        return into;
      };
      const all = [...scripts.values()];
      const first = new Set(all.filter((one) => one.isEntry).flatMap((one) => [...gather(one.fileName, new Set())]));
      const needs = Object.entries(PAGES).map(([path, page]) => {
        const found = all.find((one) => one.facadeModuleId?.endsWith(`/src/pages/${page}.tsx`));
        if (found === undefined) {
          throw new Error(`no script is that of ${page}`);
        }
        return [
          path,
          [...gather(found.fileName, new Set())].filter((name) => !first.has(name)).map((name) => `/${name}`),
        ];
      });
      const source = `const PAGES = ${JSON.stringify(Object.fromEntries(needs))};\n${readFileSync("src/early.js", "utf8")}`;
      this.emitFile({ type: "asset", fileName: "early.js", source });
    },
  };
}

export default defineConfig({
  plugins: [react(), codecs(), early(), packed(), ...(server === undefined ? [fixtures()] : [])],
  build: {
    target: "es2023",
    // The policy of the server's pages takes nothing from `data:` addresses.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 400,
  },
  server: {
    // The codecs are beside this folder.
    fs: { allow: ["../.."] },
    ...(server === undefined ? {} : { proxy: { "/v1": server, "/openapi.json": server, "/metrics": server } }),
  },
  preview: server === undefined ? {} : { proxy: { "/v1": server, "/openapi.json": server, "/metrics": server } },
});

import { readdirSync, readFileSync, writeFileSync } from "node:fs";
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
        if (entry.isFile() && /\.(html|js|css|svg)$/.test(entry.name)) {
          const path = `${entry.parentPath}/${entry.name}`;
          writeFileSync(`${path}.gz`, gzipSync(readFileSync(path), { level: 9 }));
        }
      }
    },
  };
}

export default defineConfig({
  plugins: [react(), packed(), ...(server === undefined ? [fixtures()] : [])],
  build: {
    target: "es2023",
    // The policy of the server's pages takes nothing from `data:` addresses.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 400,
  },
  server: server === undefined ? {} : { proxy: { "/v1": server, "/openapi.json": server, "/metrics": server } },
  preview: server === undefined ? {} : { proxy: { "/v1": server, "/openapi.json": server, "/metrics": server } },
});

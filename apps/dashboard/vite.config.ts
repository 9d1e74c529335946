import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { fixtures } from "./dev/middleware.ts";

/** Where `/v1` comes from while the pages are worked on: a running server, or the made-up data of `dev/`. */
const server = process.env["TRACEWIRE_SERVER"];

export default defineConfig({
  plugins: [react(), ...(server === undefined ? [fixtures()] : [])],
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

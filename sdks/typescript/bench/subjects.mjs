/**
 * Who is measured. Each is loaded in a process of its own and gives a function that records one step.
 */
import { createRequire } from "node:module";
import { ATTRIBUTES, INPUT, OUTPUT } from "./work.mjs";

const require = createRequire(import.meta.url);
const built = new URL("../dist/node/", import.meta.url);

/** Both records are in the kernel's hands before the call returns. */
async function tracewire(directory) {
  const { init, span, flush } = await import(new URL("index.js", built));
  init({ service: "bench", dir: directory });
  const options = { kind: "tool", attributes: ATTRIBUTES, input: INPUT };
  const work = (step) => step.setOutput(OUTPUT);
  // A recorder that writes nothing is the fastest of all.
  const recorded = async (steps) => {
    const report = await flush();
    if (report.written !== steps * 2) throw new Error(`${steps} steps recorded: ${JSON.stringify(report)}`);
  };
  return { one: () => span("search", options, work), end: recorded };
}

/** Spans stay in memory, are made into batches, and go to an exporter that does nothing. */
async function opentelemetry() {
  const { NodeTracerProvider, BatchSpanProcessor } = await import("@opentelemetry/sdk-trace-node");
  const nothing = { export: (_spans, done) => done({ code: 0 }), shutdown: async () => {} };
  const provider = new NodeTracerProvider({
    spanProcessors: [new BatchSpanProcessor(nothing, { maxQueueSize: 100_000 })],
  });
  provider.register();
  const tracer = provider.getTracer("bench");
  const options = { attributes: ATTRIBUTES };
  const work = (step) => {
    step.setAttribute("input.value", INPUT);
    step.setAttribute("output.value", OUTPUT);
    step.end();
  };
  return { one: () => tracer.startActiveSpan("search", options, work), end: () => provider.forceFlush() };
}

/** By the name of the package: how it is opened, its version, and what a program imports. */
export const SUBJECTS = {
  "tracewire (node)": {
    open: tracewire,
    version: () => require("../package.json").version,
    esm: new URL("index.js", built).href,
    cjs: new URL("index.cjs", built).pathname,
  },
  "@opentelemetry/sdk-trace-node": {
    open: opentelemetry,
    version: () => require("@opentelemetry/sdk-trace-node/package.json").version,
    esm: import.meta.resolve("@opentelemetry/sdk-trace-node"),
    cjs: require.resolve("@opentelemetry/sdk-trace-node"),
  },
};

/**
 * A program that is instrumented as its users would: `send.cjs INSTRUMENTATION PROTOCOL SERVICE ENDPOINT TARGET`.
 *
 * It prints the spans that it had, and sends all of them a second time.
 */
const { NodeSDK, resources, tracing } = require("@opentelemetry/sdk-node");
const { trace } = require("@opentelemetry/api");

const [instrumentation, protocol, service, endpoint, target] = process.argv.slice(2);

function exporter() {
  const name = protocol === "json" ? "http" : "proto";
  const { OTLPTraceExporter } = require(`@opentelemetry/exporter-trace-otlp-${name}`);
  return new OTLPTraceExporter({ url: `${target}/v1/traces`, compression: "gzip" });
}

function instrumented() {
  const module =
    instrumentation === "openinference"
      ? "@arizeai/openinference-instrumentation-openai"
      : "@opentelemetry/instrumentation-openai";
  return new (require(module).OpenAIInstrumentation)();
}

/** Asks for a tool, uses it, has the answer streamed, embeds it; and asks a model that does not exist. */
async function talk() {
  const { OpenAI } = require("openai");
  const client = new OpenAI({ baseURL: endpoint, apiKey: "none", maxRetries: 0 });
  const messages = [{ role: "user", content: "Shall we row in Ghent?" }];
  const tracer = trace.getTracer("senders", "1.0");
  await tracer.startActiveSpan("plan", { attributes: { "session.id": "session-1" } }, async (plan) => {
    const parameters = { type: "object", properties: { city: { type: "string" } } };
    const tools = [{ type: "function", function: { name: "forecast", parameters } }];
    await client.chat.completions.create({ model: "gpt-5-mini", messages, tools });
    tracer.startSpan("forecast", { attributes: { "gen_ai.operation.name": "execute_tool" } }).end();
    const options = { stream: true, stream_options: { include_usage: true } };
    const stream = await client.chat.completions.create({ model: "gpt-5-mini", messages, ...options });
    for await (const _ of stream);
    const input = "Dry, so row.";
    await client.embeddings.create({ model: "text-embedding-3-small", input, encoding_format: "float" });
    await client.chat.completions.create({ model: "missing", messages }).catch(() => undefined);
    plan.end();
  });
}

function shown(spans) {
  return spans.map((span) => ({
    trace_id: span.spanContext().traceId,
    span_id: span.spanContext().spanId,
    parent_id: span.parentSpanContext?.spanId ?? null,
    name: span.name,
  }));
}

async function main() {
  const sent = exporter();
  const kept = new tracing.InMemorySpanExporter();
  const batch = new tracing.BatchSpanProcessor(sent);
  const sdk = new NodeSDK({
    resource: resources.resourceFromAttributes({ "service.name": service }),
    spanProcessors: [new tracing.SimpleSpanProcessor(kept), batch],
    instrumentations: [instrumented()],
  });
  sdk.start();
  await talk();
  // Some end their spans after the answer was handed on.
  await new Promise((resolve) => setImmediate(resolve));
  await batch.forceFlush();
  const spans = kept.getFinishedSpans();
  const again = await new Promise((resolve) => sent.export(spans, resolve));
  if (again.code !== 0) throw again.error ?? new Error("the second time it was not taken");
  console.log(JSON.stringify(shown(spans)));
  await sdk.shutdown();
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});

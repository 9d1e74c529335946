/**
 * Makes exporters from a configuration: exporters, names, or tables with `type` and the options of the exporter.
 *
 * @module
 */
import { type Problems, shown, textOf } from "../recording/problems.ts";
import type { Exporter } from "./base.ts";
import { ConsoleExporter } from "./console.ts";
import { CsvExporter } from "./csv.ts";
import { JsonExporter, ToonExporter } from "./documents.ts";
import { JsonLinesExporter } from "./files.ts";
import { HttpExporter } from "./http.ts";
import { OpenTelemetryExporter } from "./opentelemetry.ts";

/** An exporter by its name, with its options. */
export interface ExporterConfig {
  /** `console`, `file`, `jsonl`, `json`, `csv`, `toon`, `http`, `opentelemetry`, `otel`. */
  readonly type: string;
  readonly [option: string]: unknown;
}

type Options = { readonly [option: string]: unknown };

const MAKERS: Readonly<Record<string, (options: Options) => Exporter>> = {
  console: (options) => new ConsoleExporter(options),
  csv: (options) => new CsvExporter(options),
  file: (options) => new JsonLinesExporter(options),
  http: (options) => new HttpExporter(options),
  json: (options) => new JsonExporter(options),
  jsonl: (options) => new JsonLinesExporter(options),
  opentelemetry: (options) => new OpenTelemetryExporter(options),
  otel: (options) => new OpenTelemetryExporter(options),
  toon: (options) => new ToonExporter(options),
};
/** As files and the environment name them, for every language. */
const OPTIONS: Readonly<Record<string, string>> = {
  max_bytes: "maxBytes",
  formula_safe: "formulaSafe",
  color: "colour",
};

/**
 * The exporters by the names of their sinks. What cannot be made is a problem and left out.
 *
 * @param given - such as `["console", { type: "http", url: "https://…" }]`.
 */
export function exportersFrom(given: readonly unknown[] | undefined, problems: Problems): Map<string, Exporter> {
  const exporters = new Map<string, Exporter>();
  for (const setting of given ?? []) {
    try {
      const exporter = made(setting);
      exporters.set(unique(sinkOf(exporter), exporters), exporter);
    } catch (error) {
      problems.count(
        "configuration",
        `exporters: ${named(setting)}: ${error instanceof Error ? error.message : textOf(error)}`,
      );
    }
  }
  return exporters;
}

function made(setting: unknown): Exporter {
  if (typeof (setting as { export?: unknown }).export === "function") return setting as Exporter;
  const { type, ...rest } = (typeof setting === "string" ? { type: setting } : setting) as ExporterConfig;
  const make = Object.hasOwn(MAKERS, type.toLowerCase()) ? MAKERS[type.toLowerCase()] : undefined;
  if (make === undefined) {
    throw new TypeError(
      `not an exporter: ${type}; there are ${Object.keys(MAKERS).join(", ")}, and objects with a function export`,
    );
  }
  const options = Object.entries(rest).map(([name, value]) => {
    // Seconds are what files say, milliseconds what JavaScript does.
    if (name === "timeout" && typeof value === "number") return ["timeoutMillis", value * 1000];
    return [OPTIONS[name] ?? name, value];
  });
  return make(Object.fromEntries(options));
}

/** Without the options: there may be a key among them. */
function named(setting: unknown): string {
  const { type } = (typeof setting === "object" && setting !== null ? setting : {}) as { type?: unknown };
  return typeof type === "string" ? type : shown(setting);
}

function sinkOf(exporter: Exporter): string {
  if (typeof exporter.name === "string" && exporter.name !== "") return exporter.name;
  const { name } = exporter.constructor;
  return name === "" || name === "Object" ? "exporter" : name.toLowerCase();
}

/** Two that share a cursor would each get half. The number depends on the order only, so it is the same next time. */
function unique(name: string, taken: ReadonlyMap<string, unknown>): string {
  let found = name;
  for (let number = 2; taken.has(found); number++) found = `${name}#${number}`;
  return found;
}

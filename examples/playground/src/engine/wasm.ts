/**
 * The engine of the page: tracewire's modules, with the JavaScript that `cargo xtask wasm` makes for them.
 *
 * @module
 */
import { instantiate as instantiateCodecs } from "../../../../sdks/typescript/src/native/recorder.generated.js";
import { instantiate as instantiateTokens } from "../../../../sdks/typescript/src/native/tokens.generated.js";
import { instantiate as instantiateTools } from "../../../../sdks/typescript/src/native/tools.generated.js";
import type { Codecs, Engine, Format, Report, Rules, Tokens } from "./engine.ts";

const RULES = "https://github.com/tracewire/tracewire/blob/main/spec/findings/";

interface Refusal {
  readonly message: string;
  readonly line?: number;
  readonly offset?: number;
  readonly path?: string;
}

async function module(name: string): Promise<WebAssembly.Module> {
  const response = await fetch(new URL(name, import.meta.url));
  if (!response.ok) throw new Error(`${name} cannot be loaded (${response.status}): is it beside the page?`);
  return await WebAssembly.compileStreaming(response);
}

/** What the module throws is an error whose message is JSON. */
function telling<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    let refusal: Refusal;
    try {
      refusal = JSON.parse(said) as Refusal;
    } catch {
      throw error;
    }
    const { message, line, offset, path } = refusal;
    const place =
      line !== undefined ? `line ${line}: ` : offset !== undefined ? `byte ${offset}: ` : path ? `${path}: ` : "";
    throw new Error(`${message.startsWith("line ") ? "" : place}${message}`);
  }
}

async function loadCodecs(): Promise<Codecs> {
  const { convert } = instantiateCodecs(await module("tracewire.wasm"));
  return {
    convert: (bytes, from, to, indent = 0) =>
      telling(() => convert(bytes, from, "", to, indent > 0 && to === "json" ? JSON.stringify({ indent }) : "")),
  };
}

async function loadRules(): Promise<Rules> {
  const { validate } = instantiateTools(await module("tools.wasm"));
  return {
    validate: (bytes: Uint8Array, format: Format) => {
      const report = JSON.parse(telling(() => validate(bytes, JSON.stringify({ format })))) as Report;
      const findings = report.findings.map((finding) => ({ ...finding, page: `${RULES}${finding.code}.md` }));
      return { ...report, findings };
    },
  };
}

async function loadTokens(): Promise<Tokens> {
  const { countTokens } = instantiateTokens(await module("tokens.wasm"));
  return { countTokens: (text) => telling(() => countTokens(text, "o200k")) };
}

/** Loads once; a module that could not be loaded is asked for again. */
function once<T>(load: () => Promise<T>): () => Promise<T> {
  let loading: Promise<T> | undefined;
  return () => {
    if (loading === undefined) {
      loading = load();
      loading.catch(() => {
        loading = undefined;
      });
    }
    return loading;
  };
}

export const engine: Engine = { codecs: once(loadCodecs), rules: once(loadRules), tokens: once(loadTokens) };

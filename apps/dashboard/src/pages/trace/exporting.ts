import { ask, save } from "../../api/client.ts";

/**
 * Files of a trace. The page has the server's canonical lines, and writes JSON, TOON and Protobuf of them itself, by the codecs that all
 * SDKs have.
 *
 * The server writes what the page cannot or should not:
 * - tables (CSV) hold events that no envelope has yet, and OTLP has spans: neither follows from envelopes alone;
 * - traces of more than `MOST` bytes: the codecs work through about 20 MB a second, in which a page stands still;
 * - everything where WebAssembly is not to be had.
 */

/** Written in the page up to this many bytes of lines. */
const MOST = 4_000_000;
/** What the page can write. */
const HERE = new Set(["json", "jsonl", "toon", "proto"]);
const SPEC = "1.0";

/** What is not in a file. */
export type Missing = { unsealed: number; open: number };

type Codecs = (bytes: Uint8Array, to: string) => Uint8Array<ArrayBuffer>;

let loading: Promise<Codecs | undefined> | undefined;

/** The codecs, loaded when a menu asks for them first. */
export function codecs(): Promise<Codecs | undefined> {
  loading ??= load().catch(() => {
    // The server writes the file; the next one tries again.
    loading = undefined;
    return undefined;
  });
  return loading;
}

async function load(): Promise<Codecs | undefined> {
  const { instantiate, address } = await import("virtual:tracewire-codecs");
  if (instantiate === undefined || address === undefined) {
    return undefined;
  }
  const { convert } = instantiate(await WebAssembly.compileStreaming(fetch(address)));
  return (bytes, to) => new Uint8Array(convert(bytes, "json", "", to, ""));
}

/** Saves a trace as a file, and says what is not in it. */
export async function exportTrace(id: string, format: string, name: string): Promise<Missing> {
  const made = HERE.has(format) ? await writtenHere(id, format) : undefined;
  if (made !== undefined) {
    save(new Blob([made.bytes]), name);
    return made.missing;
  }
  const response = await ask(`/traces/${id}/export`, { format });
  save(await response.blob(), name);
  return missingIn(response.headers);
}

async function writtenHere(id: string, format: string) {
  const convert = await codecs();
  if (convert === undefined) {
    return undefined;
  }
  const stop = new AbortController();
  const response = await ask(`/traces/${id}/export`, { format: "jsonl" }, { signal: stop.signal });
  const lines = await upTo(MOST, response);
  if (lines === undefined) {
    stop.abort();
    return undefined;
  }
  const missing = missingIn(response.headers);
  if (format === "jsonl") {
    return { bytes: lines, missing };
  }
  try {
    return { bytes: convert(exportOf(lines), format), missing };
  } catch {
    // A module that failed is used no more.
    loading = undefined;
    return undefined;
  }
}

/** Lines of envelopes as the one document of an export; canonical, because each line is. */
function exportOf(lines: Uint8Array): Uint8Array {
  const envelopes = new TextDecoder().decode(lines).trimEnd().split("\n").join(",");
  return new TextEncoder().encode(`{"envelopes":[${envelopes}],"spec":"${SPEC}"}`);
}

/** The whole of an answer, unless it is longer. */
async function upTo(most: number, response: Response): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const parts: Uint8Array[] = [];
  let length = 0;
  const reader = response.body?.getReader();
  for (let part = await reader?.read(); part?.value !== undefined; part = await reader?.read()) {
    length += part.value.length;
    if (length > most) {
      return undefined;
    }
    parts.push(part.value);
  }
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function missingIn(headers: Headers): Missing {
  const number = (name: string) => Number(headers.get(name) ?? 0);
  return { unsealed: number("tracewire-unsealed"), open: number("tracewire-open") };
}

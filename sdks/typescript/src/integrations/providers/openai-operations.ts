/**
 * What can be asked of OpenAI, one row for each operation: where it is sent, what it is in our words, and who reads its
 * answer.
 *
 * @module
 */
import { count, type Members, member, members, number, text } from "../reading.ts";
import type { Reader, Request } from "../requests/call.ts";
import type { Asking, Method } from "../requests/client.ts";
import { type Asked, asked, modelRequest, SAMPLING, type Setting, texts } from "./facts.ts";
import { withoutFiles } from "./files.ts";
import { ChatReader, EmbeddingReader } from "./openai-chat.ts";
import { ImageReader, ModerationReader, SpeechReader, TranscriptReader } from "./openai-media.ts";
import { type KnownResponses, ResponseReader } from "./openai-responses.ts";

/** Whose operation it is. */
export interface Asker {
  readonly client: object;
  readonly provider: string;
  readonly responses: KnownResponses;
}

interface Operation {
  /** `get` where it is not `post`. */
  readonly method?: Method;
  /** The end of the path; what stands in brackets is the id of a response. */
  readonly path: RegExp;
  readonly operation: string;
  /** `llm` where nothing else stands here. */
  readonly kind?: string;
  /** What comes out where the request does not say it. */
  readonly output?: string;
  readonly settings: readonly Setting[];
  readonly reader: (asker: Asker) => Reader;
  /** What the settings cannot say. */
  readonly more?: (request: Asked, body: Members) => Asked;
}

const MODEL: readonly Setting[] = [["model", "gen_ai.request.model", text], streamed()];

const CHAT: readonly Setting[] = [
  ...SAMPLING,
  choices(),
  ["max_tokens", "gen_ai.request.max_tokens", count],
  ["max_completion_tokens", "gen_ai.request.max_tokens", count],
  ["frequency_penalty", "gen_ai.request.frequency_penalty", number],
  ["presence_penalty", "gen_ai.request.presence_penalty", number],
  ["stop", "gen_ai.request.stop_sequences", texts],
  ["seed", "gen_ai.request.seed", count],
  ["reasoning_effort", "gen_ai.request.reasoning.level", text],
  ["service_tier", "openai.request.service_tier", text],
];

const RESPONSES: readonly Setting[] = [
  ...SAMPLING,
  ["max_output_tokens", "gen_ai.request.max_tokens", count],
  ["previous_response_id", "gen_ai.request.previous_response.id", text],
  ["service_tier", "openai.request.service_tier", text],
];

const OPERATIONS: readonly Operation[] = [
  {
    path: /chat\/completions$/,
    operation: "chat",
    settings: CHAT,
    reader: () => new ChatReader(),
    more: (request, body) => withOutput(request, body["response_format"]),
  },
  {
    path: /completions$/,
    operation: "text_completion",
    settings: CHAT,
    reader: () => new ChatReader(),
  },
  {
    path: /responses$/,
    operation: "chat",
    settings: RESPONSES,
    reader: ({ responses }) => new ResponseReader(responses),
    more: (request, body) => withMessages(withOutput(request, member(body["text"], "format")), body),
  },
  {
    method: "get",
    path: /responses\/([^/]+)$/,
    operation: "fetch_response",
    settings: [streamed()],
    reader: ({ responses }) => new ResponseReader(responses),
  },
  {
    path: /responses\/([^/]+)\/cancel$/,
    operation: "cancel_response",
    kind: "step",
    settings: [],
    reader: ({ responses }) => new ResponseReader(responses),
  },
  {
    path: /responses\/compact$/,
    operation: "compact_response",
    settings: RESPONSES,
    reader: ({ responses }) => new ResponseReader(responses),
    more: withMessages,
  },
  {
    path: /embeddings$/,
    operation: "embeddings",
    kind: "embedding",
    settings: [...MODEL, ["encoding_format", "gen_ai.request.encoding_formats", texts]],
    reader: () => new EmbeddingReader(),
  },
  {
    path: /images\/(?:generations|edits|variations)$/,
    operation: "generate_content",
    output: "image",
    settings: [...MODEL, choices()],
    reader: () => new ImageReader(),
  },
  {
    path: /audio\/(?:transcriptions|translations)$/,
    operation: "generate_content",
    output: "text",
    settings: [...MODEL, ["temperature", "gen_ai.request.temperature", number]],
    reader: () => new TranscriptReader(),
  },
  {
    path: /audio\/speech$/,
    operation: "generate_content",
    output: "speech",
    settings: MODEL,
    reader: () => new SpeechReader(),
  },
  {
    path: /moderations$/,
    operation: "run_guardrail",
    kind: "guardrail",
    settings: MODEL,
    reader: () => new ModerationReader(),
  },
];

/** Methods that send a form. */
export const FORMS: readonly (readonly string[])[] = [
  ["images", "edit"],
  ["images", "createVariation"],
  ["audio", "transcriptions", "create"],
  ["audio", "translations", "create"],
];

/** Whether a request is one of the operations. */
export function isDescribed(method: Method, path: string): boolean {
  return found(method, path) !== undefined;
}

/** What is asked, as a step. */
export function describe({ method, path, body, query }: Asking, asker: Asker): Request | undefined {
  const operation = found(method, path);
  if (operation === undefined) return undefined;
  const given = members(method === "get" ? query : body) ?? {};
  const id = operation.path.exec(bare(path))?.[1];
  let request = asked(withoutFiles(given), operation.settings);
  if (id !== undefined) request = { ...request, input: { response_id: id, ...request.input } };
  if (operation.output !== undefined) {
    request = { ...request, attributes: { ...request.attributes, "gen_ai.output.type": operation.output } };
  }
  request = operation.more?.(request, given) ?? request;
  const { operation: name, kind = "llm" } = operation;
  const made = modelRequest(name, kind, asker.provider, request, asker.client, operation.reader(asker));
  const begun = id === undefined ? undefined : asker.responses.stepOf(id);
  return begun === undefined ? made : { ...made, options: { ...made.options, links: [begun] } };
}

function found(method: Method, path: string): Operation | undefined {
  const end = bare(path);
  return OPERATIONS.find((one) => (one.method ?? "post") === method && one.path.test(end) && isWhole(one.path, end));
}

/** A path without its query. */
function bare(path: string): string {
  return path.split("?", 1)[0] ?? "";
}

/** Whether what stands before the end of the path is a part of its own: `no-responses` are no responses. */
function isWhole(pattern: RegExp, path: string): boolean {
  const at = path.search(pattern);
  return at === 0 || path[at - 1] === "/";
}

function streamed(): Setting {
  return ["stream", "gen_ai.request.stream", (value) => (value === true ? true : undefined)];
}

function choices(): Setting {
  return ["n", "gen_ai.request.choice.count", (value) => (value === 1 ? undefined : count(value))];
}

function withOutput(request: Asked, format: unknown): Asked {
  const type = text(member(format, "type"));
  if (type === undefined) return request;
  const name = type.startsWith("json") ? "json" : type;
  return { ...request, attributes: { ...request.attributes, "gen_ai.output.type": name } };
}

/** A list of messages by the name by which readers know one, and the effort where it is asked for. */
function withMessages(request: Asked, body: Members): Asked {
  const { input, ...rest } = request.input;
  const effort = text(member(body["reasoning"], "effort"));
  const attributes = { ...request.attributes, ...(effort && { "gen_ai.request.reasoning.level": effort }) };
  return { ...request, attributes, input: Array.isArray(input) ? { messages: input, ...rest } : request.input };
}

/**
 * Sessions and answers of OpenAI's realtime API. Sound itself is not recorded: what was said in it is, where the
 * session writes it down.
 *
 * @module
 */
import type { Usage } from "../../recording/fields.ts";
import { known, list, type Members, member, members, text } from "../reading.ts";
import type { Answer, Reader, Request } from "../requests/call.ts";
import { sizeOfBase64 } from "./files.ts";
import { mediaTokens } from "./openai-media.ts";

/** Pieces that are text, by the end of their event's type: both generations of names. */
const TEXTS = /\.(output_)?(text|audio_transcript)\.delta$/;
const SOUND = /\.(output_)?audio\.delta$/;

/** What is known of a session by its address. */
export function sessionFacts(realtime: object, provider: string | undefined): Record<string, unknown> {
  const url = member(realtime, "url");
  const found = url instanceof URL ? url : undefined;
  const search = found?.searchParams;
  const isAzure = /\.azure\.com$/.test(found?.hostname ?? "");
  return known({
    "gen_ai.provider.name": provider ?? (isAzure ? "azure.ai.openai" : "openai"),
    "gen_ai.request.model": text(search?.get("model")) ?? text(search?.get("deployment")),
    "server.address": text(found?.hostname),
    "server.port": found === undefined ? undefined : Number(found.port) || 443,
  });
}

/** What somebody said in sound, once the session has written it down. */
export function transcriptOf(event: unknown): string | undefined {
  if (member(event, "type") !== "conversation.item.input_audio_transcription.completed") return undefined;
  return text(member(event, "transcript"));
}

/** One response as a request to a model. */
export function requestOf(
  facts: Members,
  response: unknown,
  params: Members,
  input: Record<string, unknown>,
  reader: Reader,
): Request {
  const { tools, ...rest } = known({ ...params, ...input });
  const model = text(facts["gen_ai.request.model"]);
  return {
    name: model === undefined ? "chat" : `chat ${model}`,
    reader,
    options: {
      kind: "llm",
      attributes: known({
        "gen_ai.operation.name": "chat",
        ...facts,
        "gen_ai.request.stream": true,
        "gen_ai.conversation.id": text(member(response, "conversation_id")),
      }),
      input: Object.keys(rest).length > 0 ? rest : undefined,
      toolDefinitions: Array.isArray(tools) ? tools : undefined,
    },
  };
}

export class RealtimeReader implements Reader {
  #attributes: Record<string, unknown> = {};
  #output: unknown[] | undefined;
  #said = "";
  #tokens: Usage | undefined;
  #failure: Answer["failure"];
  #isComplete = false;

  get isComplete(): boolean {
    return this.#isComplete;
  }

  whole(response: unknown): void {
    const status = text(member(response, "status"));
    const details = member(response, "status_details");
    this.#isComplete = status !== "cancelled";
    this.#output = list(member(response, "output")).map(withoutSound);
    this.#tokens = mediaTokens(member(response, "usage"));
    const reason = text(member(details, "reason")) ?? status;
    this.#attributes = known({
      "gen_ai.response.id": text(member(response, "id")),
      "gen_ai.response.finish_reasons": reason === undefined ? undefined : [reason],
    });
    if (status !== "failed") return;
    const error = member(details, "error");
    const type = text(member(error, "code")) ?? text(member(error, "type")) ?? "failed";
    this.#failure = { type, message: text(member(error, "message")) };
  }

  item(event: unknown): unknown {
    const type = text(member(event, "type")) ?? "";
    const delta = text(member(event, "delta"));
    if (!type.endsWith(".delta") || delta === undefined) return undefined;
    if (SOUND.test(type)) return { type, bytes: sizeOfBase64(delta) };
    if (!TEXTS.test(type)) return { type, delta };
    this.#said += delta;
    return delta;
  }

  answer(): Answer {
    const output = this.#output ?? (this.#said === "" ? undefined : { role: "assistant", content: this.#said });
    return { output, attributes: this.#attributes, tokens: this.#tokens, failure: this.#failure };
  }
}

/** An item whose sound is its size. */
function withoutSound(item: unknown): unknown {
  const content = list(member(item, "content"));
  if (!content.some((part) => typeof member(part, "audio") === "string")) return item;
  const lean = content.map((part) => {
    const { audio, ...rest } = members(part) ?? {};
    return typeof audio === "string" ? { ...rest, bytes: sizeOfBase64(audio) } : part;
  });
  return { ...members(item), content: lean };
}

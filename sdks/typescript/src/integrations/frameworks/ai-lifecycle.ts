/**
 * Operations of Vercel's `ai`, from version 7, by the events of their lifecycle.
 *
 * @module
 */
import { GuardStop } from "../../errors.ts";
import type { Client } from "../../recording/client.ts";
import type { SpanOptions, Usage } from "../../recording/fields.ts";
import type { Span } from "../../recording/span.ts";
import { count, known, list, type Members, member, members, number, text } from "../reading.ts";
import { guarded } from "../recorder.ts";
import { providerOf } from "./ai-facts.ts";

/** One operation that goes on, by its `callId`. */
interface Run {
  readonly step: Span;
  model: Span | undefined;
  /** Calls that a guard stops: `ai` passes over what is thrown while it tells of them, so they are stopped where they are made. */
  modelStop: GuardStop | undefined;
  readonly toolStops: Map<unknown, GuardStop>;
  readonly tools: Map<unknown, Span>;
  /** Requests for vectors and rankings, by the ids of their own. */
  readonly others: Map<unknown, Span>;
}

/** Operations whose end is never told must not fill the memory. */
const MOST_RUNS = 10_000;

/** What `ai` calls while an operation goes on; each event is an object of which nothing is taken for granted. */
export class Lifecycle {
  readonly #recorder: () => Client;
  readonly #runs = new Map<unknown, Run>();

  constructor(recorder: () => Client) {
    this.#recorder = recorder;
  }

  onStart = (event: unknown): void =>
    this.#guard((recorder) => {
      const id = text(member(event, "operationId")) ?? "ai";
      const isGeneration = /(Text|Object|stream)$/.test(id);
      const functionId = text(member(event, "functionId"));
      const context = member(event, "runtimeContext");
      const step = recorder.startSpan(functionId ?? id, {
        kind: isGeneration ? "agent" : /embed/i.test(id) ? "embedding" : /rerank/i.test(id) ? "rerank" : "step",
        attributes: known({
          "gen_ai.operation.name": isGeneration ? "invoke_agent" : undefined,
          "gen_ai.agent.name": isGeneration ? functionId : undefined,
          ...modelFacts(event),
        }),
        input: inputOf(event),
        sessionId: text(member(context, "sessionId")),
        userId: text(member(context, "userId")),
      });
      for (const oldest of this.#runs.keys()) {
        if (this.#runs.size < MOST_RUNS) break;
        this.#runs.delete(oldest);
      }
      this.#runs.set(member(event, "callId"), {
        step,
        model: undefined,
        modelStop: undefined,
        toolStops: new Map(),
        tools: new Map(),
        others: new Map(),
      });
    });

  onLanguageModelCallStart = (event: unknown): void => this.#startModel(event);

  onLanguageModelCallEnd = (event: unknown): void => this.#endModel(event, messageOf(member(event, "content")));

  onObjectStepStart = (event: unknown): void => this.#startModel(event);

  onObjectStepEnd = (event: unknown): void =>
    this.#endModel(event, { role: "assistant", content: member(event, "objectText") });

  onToolExecutionStart = (event: unknown): void =>
    this.#with(event, (run, recorder) => {
      const call = member(event, "toolCall");
      const name = text(member(call, "toolName")) ?? "tool";
      const options: SpanOptions = {
        kind: "tool",
        parent: run.step,
        input: mayRecord(event, "recordInputs") ? member(call, "input") : undefined,
        attributes: known({
          "gen_ai.operation.name": "execute_tool",
          "gen_ai.tool.name": name,
          "gen_ai.tool.call.id": text(member(call, "toolCallId")),
        }),
      };
      const id = member(call, "toolCallId");
      const stop = stopOf(() => run.tools.set(id, recorder.startSpan(name, options)));
      if (stop !== undefined) run.toolStops.set(id, stop);
    });

  onToolExecutionEnd = (event: unknown): void =>
    this.#with(event, (run) => {
      const id = member(member(event, "toolCall"), "toolCallId");
      const step = run.tools.get(id);
      run.tools.delete(id);
      const given = member(event, "toolOutput");
      if (member(given, "type") === "tool-error") step?.fail(member(given, "error"));
      else {
        if (mayRecord(event, "recordOutputs")) step?.offerOutput(member(given, "output"));
        step?.end();
      }
    });

  onEmbedStart = (event: unknown): void => this.#startOther(event, "embedCallId", "embedding", "embeddings", "values");

  onEmbedEnd = (event: unknown): void => this.#endOther(event, "embedCallId", undefined);

  onRerankStart = (event: unknown): void => this.#startOther(event, "callId", "rerank", "rerank", "documents");

  onRerankEnd = (event: unknown): void => this.#endOther(event, "callId", member(event, "ranking"));

  onEnd = (event: unknown): void =>
    this.#over(member(event, "callId"), (step) => {
      const object = member(event, "object");
      const said = messageOf(member(event, "content"));
      if (mayRecord(event, "recordOutputs") && (object ?? said) !== undefined) step.offerOutput(object ?? said);
    });

  onAbort = (event: unknown): void =>
    this.#over(member(event, "callId"), (step) => step.setStatus("cancelled", "aborted"));

  onError = (event: unknown): void =>
    this.#over(member(event, "callId"), (step) => step.setError(member(event, "error") ?? event));

  executeLanguageModelCall = <T>(options: { callId: string; execute: () => PromiseLike<T> }): PromiseLike<T> => {
    const run = this.#runs.get(options.callId);
    if (run?.modelStop !== undefined) return Promise.reject(run.modelStop);
    return run?.model === undefined ? options.execute() : run.model.run(options.execute);
  };

  executeTool = <T>(options: { callId: string; toolCallId: string; execute: () => PromiseLike<T> }): PromiseLike<T> => {
    const run = this.#runs.get(options.callId);
    const stop = run?.toolStops.get(options.toolCallId);
    if (stop !== undefined) return Promise.reject(stop);
    const step = run?.tools.get(options.toolCallId);
    return step === undefined ? options.execute() : step.run(options.execute);
  };

  #startModel(event: unknown): void {
    this.#with(event, (run, recorder) => {
      run.model?.end(); // A request that is tried again.
      const facts = modelFacts(event);
      const tools = list(member(event, "tools"));
      run.model = undefined;
      run.modelStop = stopOf(() => {
        run.model = recorder.startSpan(`chat ${facts["gen_ai.request.model"] ?? ""}`.trim(), {
          kind: "llm",
          parent: run.step,
          attributes: { "gen_ai.operation.name": "chat", ...facts },
          input: inputOf(event),
          toolDefinitions: mayRecord(event, "recordInputs") && tools.length > 0 ? tools : undefined,
        });
      });
    });
  }

  #endModel(event: unknown, output: unknown): void {
    this.#with(event, (run) => {
      const step = run.model;
      run.model = undefined;
      if (step === undefined) return;
      const response = member(event, "response");
      const reason = text(member(event, "finishReason"));
      step.set(
        known({
          "gen_ai.response.id": text(member(event, "responseId")) ?? text(member(response, "id")),
          "gen_ai.response.model": text(member(response, "modelId")) ?? text(member(event, "modelId")),
          "gen_ai.response.finish_reasons": reason === undefined ? undefined : [reason],
        }),
      );
      const usage = usageOf(member(event, "usage"));
      if (usage !== undefined) step.usage(usage);
      const performance = member(event, "performance");
      const millis = number(member(performance, "timeToFirstOutputMs")) ?? number(member(event, "msToFirstChunk"));
      if (millis !== undefined) step.endField("time_to_first_chunk_nanos", Math.max(0, Math.round(millis * 1e6)));
      if (mayRecord(event, "recordOutputs") && output !== undefined) step.offerOutput(output);
      if (reason === "error") step.setStatus("error");
      step.end();
    });
  }

  #startOther(event: unknown, id: string, kind: string, operation: string, input: string): void {
    this.#with(event, (run, recorder) => {
      const facts = modelFacts(event);
      const step = recorder.startSpan(`${operation} ${facts["gen_ai.request.model"] ?? ""}`.trim(), {
        kind,
        parent: run.step,
        attributes: kind === "embedding" ? { "gen_ai.operation.name": operation, ...facts } : facts,
        input: mayRecord(event, "recordInputs") ? member(event, input) : undefined,
      });
      run.others.set(member(event, id), step);
    });
  }

  #endOther(event: unknown, id: string, output: unknown): void {
    this.#with(event, (run) => {
      const step = run.others.get(member(event, id));
      run.others.delete(member(event, id));
      const tokens = count(member(member(event, "usage"), "tokens"));
      if (tokens !== undefined) step?.usage({ inputTokens: tokens });
      if (output !== undefined && mayRecord(event, "recordOutputs")) step?.offerOutput(output);
      step?.end();
    });
  }

  /** Ends an operation and whatever of it is still open, all in the same way. */
  #over(callId: unknown, say: (step: Span) => void): void {
    this.#guard(() => {
      const run = this.#runs.get(callId);
      this.#runs.delete(callId);
      if (run === undefined) return;
      for (const step of [run.model, ...run.tools.values(), ...run.others.values(), run.step]) {
        if (step === undefined) continue;
        say(step);
        step.end();
      }
    });
  }

  #with(event: unknown, work: (run: Run, recorder: Client) => void): void {
    const run = this.#runs.get(member(event, "callId"));
    if (run !== undefined) this.#guard((recorder) => work(run, recorder));
  }

  #guard(work: (recorder: Client) => void): void {
    const recorder = this.#recorder();
    guarded(recorder, () => work(recorder));
  }
}

/** The guard's error, where one stops the call. */
function stopOf(begin: () => unknown): GuardStop | undefined {
  try {
    begin();
    return undefined;
  } catch (error) {
    if (error instanceof GuardStop) return error;
    throw error;
  }
}

function mayRecord(event: unknown, what: "recordInputs" | "recordOutputs"): boolean {
  return member(event, what) !== false;
}

function modelFacts(event: unknown): Record<string, unknown> {
  return known({
    "gen_ai.provider.name": providerOf(member(event, "provider")),
    "gen_ai.request.model": text(member(event, "modelId")),
    "gen_ai.request.max_tokens": count(member(event, "maxOutputTokens")),
    "gen_ai.request.temperature": number(member(event, "temperature")),
    "gen_ai.request.top_p": number(member(event, "topP")),
    "gen_ai.request.top_k": count(member(event, "topK")),
    "gen_ai.request.frequency_penalty": number(member(event, "frequencyPenalty")),
    "gen_ai.request.presence_penalty": number(member(event, "presencePenalty")),
    "gen_ai.request.seed": count(member(event, "seed")),
  });
}

function inputOf(event: unknown): unknown {
  if (!mayRecord(event, "recordInputs")) return undefined;
  const given: Members = known({
    system: member(event, "instructions") ?? member(event, "system"),
    prompt: member(event, "prompt"),
    messages: member(event, "messages") ?? member(event, "promptMessages"),
    value: member(event, "value"),
  });
  return Object.keys(given).length > 0 ? given : undefined;
}

/** The parts of an answer as one message. */
function messageOf(content: unknown): unknown {
  const parts = list(content);
  if (parts.length === 0) return undefined;
  const saying = (type: string) => {
    const texts = parts.filter((part) => member(part, "type") === type).map((part) => text(member(part, "text")) ?? "");
    return texts.length > 0 ? texts.join("") : undefined;
  };
  const calls = parts.filter((part) => member(part, "type") === "tool-call");
  return known({
    role: "assistant",
    reasoning: saying("reasoning"),
    content: saying("text") ?? null,
    tool_calls: calls.length > 0 ? calls.map((call) => known({ ...members(call) })) : undefined,
  });
}

function usageOf(usage: unknown): Usage | undefined {
  const raw = members(usage);
  if (raw === undefined) return undefined;
  const found: Usage = known({
    inputTokens: count(raw["inputTokens"]),
    outputTokens: count(raw["outputTokens"]),
    cacheReadInputTokens: count(member(raw["inputTokenDetails"], "cacheReadTokens")),
    cacheWriteInputTokens: count(member(raw["inputTokenDetails"], "cacheWriteTokens")),
    reasoningOutputTokens: count(member(raw["outputTokenDetails"], "reasoningTokens")),
  });
  return Object.keys(found).length > 0 ? found : undefined;
}

/**
 * LangChain.js and LangGraph.js by their callbacks: `import { CallbackHandler } from "tracewire/langchain"`.
 *
 * @module
 */
import { Chunks } from "../recording/chunks.ts";
import type { Client } from "../recording/client.ts";
import type { SpanOptions } from "../recording/fields.ts";
import type { Current } from "../recording/place.ts";
import type { Span } from "../recording/span.ts";
import { currentOutside, followContext, isBelow } from "./frameworks/langchain-context.ts";
import { generated, modelFacts, parsed, pieceOf, plain } from "./frameworks/langchain-values.ts";
import { known, list, member, text } from "./reading.ts";
import { guarded, recorderOf } from "./recorder.ts";

/** Options of {@link CallbackHandler}. */
export interface LangChainOptions {
  /** The recorder; the default one if there is none. */
  readonly client?: Client;
}

/** A run that has begun; one that is not shown has the step of the run above. */
interface Run {
  readonly step: Span | undefined;
  readonly isOwn: boolean;
  /** What was current where it began. */
  readonly outside: Current | undefined;
  /** The time to the first one counts from the run's start. */
  readonly chunks: Chunks | undefined;
  whenOver?: () => void;
}

/** Runs whose end is never told must not fill the memory. */
const MOST_RUNS = 10_000;

/**
 * Records runs of LangChain and LangGraph: chains, graphs, models with their tokens, tools and retrievers, each below
 * the run that began it. A run that nobody of LangChain's began belongs to the current step.
 *
 * What a tool's own code records is below the tool, and so for functions and nodes of a graph: their steps are found by
 * the context that LangChain carries itself. Where it carries none (in browsers), that is below the step that called
 * the chain.
 *
 * @example
 * ```ts
 * await chain.invoke({ question }, { callbacks: [new CallbackHandler()] });
 * ```
 */
export class CallbackHandler {
  readonly name = "tracewire";
  readonly lc_serializable = false;
  readonly ignoreLLM = false;
  readonly ignoreChain = false;
  readonly ignoreAgent = false;
  readonly ignoreRetriever = false;
  readonly ignoreCustomEvent = false;
  /** LangChain passes over what a handler throws, unless it says so: guards would stop nothing. */
  get raiseError(): boolean {
    return this.#recorder()._open().hasGuards;
  }
  /** In the order in which things happen, and where they happen; nothing here takes time. */
  readonly awaitHandlers = true;

  readonly #options: LangChainOptions;
  readonly #runs = new Map<string, Run>();

  constructor(options: LangChainOptions = {}) {
    this.#options = options;
  }

  /**
   * Ends what is open, as cancelled. LangChain tells nobody when the reader of a stream leaves it: whoever breaks out of
   * one, or aborts a chain's, says so by this. The handler can be used again.
   *
   * @example
   * ```ts
   * using handler = new CallbackHandler();
   * for await (const chunk of await chain.stream({ question }, { callbacks: [handler] })) if (enough(chunk)) break;
   * ```
   */
  close(): void {
    // What began last is below what began before.
    for (const runId of [...this.#runs.keys()].reverse()) {
      this.#end(runId, (step) => step.setStatus("cancelled", "closed before its end"));
    }
  }

  /** The same as {@link CallbackHandler.close}. */
  [Symbol.dispose](): void {
    this.close();
  }

  /** @internal What is current inside a run, where `current` is what is current of ours. */
  _within(runId: string, current: Current | undefined): Current | undefined {
    const run = this.#runs.get(runId);
    return run?.step === undefined || run.outside !== current ? current : run.step;
  }

  /** LangChain keeps one handler for each run and all below it. */
  copy(): this {
    return this;
  }

  handleChainStart(
    chain: unknown,
    inputs: unknown,
    runId: string,
    parentRunId?: string,
    tags?: string[],
    metadata?: unknown,
    _runType?: string,
    runName?: string,
  ): void {
    const isHidden = tags?.includes("langsmith:hidden") === true;
    const name = runName ?? nameOf(chain) ?? "chain";
    this.#start(runId, parentRunId, isHidden ? undefined : name, metadata, () => ({
      kind: kindOf(name, chain),
      input: plain(inputs),
    }));
  }

  handleChainEnd(outputs: unknown, runId: string): void {
    this.#end(runId, (step) => step.offerOutput(plain(outputs)));
  }

  handleChainError(error: unknown, runId: string): void {
    this.#fail(runId, error);
  }

  handleLLMStart(
    _model: unknown,
    prompts: string[],
    runId: string,
    parentRunId?: string,
    extra?: unknown,
    _tags?: string[],
    metadata?: unknown,
    runName?: string,
  ): void {
    this.#startModel("text_completion", { prompts }, runId, parentRunId, extra, metadata, runName);
  }

  handleChatModelStart(
    _model: unknown,
    messages: unknown[][],
    runId: string,
    parentRunId?: string,
    extra?: unknown,
    _tags?: string[],
    metadata?: unknown,
    runName?: string,
  ): void {
    this.#startModel("chat", { messages: plain(messages[0]) }, runId, parentRunId, extra, metadata, runName);
  }

  handleLLMNewToken(
    token: string,
    _index: unknown,
    runId: string,
    _parentRunId?: string,
    _tags?: string[],
    fields?: unknown,
  ): void {
    this.#with(runId, (_step, run) => {
      const piece = pieceOf(token, fields);
      if (piece === undefined) run.chunks?.arrived();
      else run.chunks?.add("stream.chunks", piece);
    });
  }

  handleLLMEnd(result: unknown, runId: string): void {
    this.#end(runId, (step) => {
      const { output, attributes, usage } = generated(result);
      step.set(attributes);
      if (usage !== undefined) step.usage(usage);
      step.offerOutput(output);
    });
  }

  handleLLMError(error: unknown, runId: string): void {
    this.#fail(runId, error);
  }

  handleToolStart(
    tool: unknown,
    input: string,
    runId: string,
    parentRunId?: string,
    _tags?: string[],
    metadata?: unknown,
    runName?: string,
    toolCallId?: string,
  ): void {
    const name = runName ?? nameOf(tool) ?? "tool";
    this.#start(runId, parentRunId, name, metadata, () => ({
      kind: "tool",
      input: parsed(input),
      attributes: known({
        "gen_ai.operation.name": "execute_tool",
        "gen_ai.tool.name": name,
        "gen_ai.tool.call.id": text(toolCallId),
      }),
    }));
  }

  handleToolEnd(output: unknown, runId: string): void {
    this.#end(runId, (step) => {
      const said = plain(output);
      step.offerOutput(said);
      if (member(said, "status") !== "error") return;
      step.setError("tool_error", text(member(said, "content")));
    });
  }

  handleToolError(error: unknown, runId: string): void {
    this.#fail(runId, error);
  }

  handleRetrieverStart(
    retriever: unknown,
    query: string,
    runId: string,
    parentRunId?: string,
    _tags?: string[],
    metadata?: unknown,
    runName?: string,
  ): void {
    this.#start(runId, parentRunId, runName ?? nameOf(retriever) ?? "retriever", metadata, () => ({
      kind: "retrieval",
      input: query,
      attributes: { "gen_ai.operation.name": "retrieval" },
    }));
  }

  handleRetrieverEnd(documents: unknown, runId: string): void {
    this.#end(runId, (step) => step.offerOutput(plain(documents)));
  }

  handleRetrieverError(error: unknown, runId: string): void {
    this.#fail(runId, error);
  }

  handleCustomEvent(name: string, data: unknown, runId: string): void {
    this.#with(runId, (step) => step.event(name, undefined, { data: plain(data) }));
  }

  #startModel(
    operation: string,
    input: unknown,
    runId: string,
    parentRunId: string | undefined,
    extra: unknown,
    metadata: unknown,
    runName: string | undefined,
  ): void {
    const parameters = member(extra, "invocation_params");
    const facts = modelFacts(parameters, metadata);
    const model = facts["gen_ai.request.model"];
    const called = typeof model === "string" ? `${operation} ${model}` : (runName ?? operation);
    const tools = list(member(parameters, "tools") ?? member(member(extra, "options"), "tools"));
    this.#start(runId, parentRunId, called, metadata, () => ({
      kind: "llm",
      input,
      attributes: { "gen_ai.operation.name": operation, ...facts },
      toolDefinitions: tools.length > 0 ? tools : undefined,
    }));
    this.#endWith(runId, member(member(extra, "options"), "signal"));
  }

  /** @param name - `undefined` for a run that is not shown: what it begins belongs to the one above */
  #start(
    runId: string,
    parentRunId: string | undefined,
    name: string | undefined,
    metadata: unknown,
    describe: () => SpanOptions,
  ): void {
    const recorder = this.#recorder();
    guarded(recorder, () => {
      followContext();
      const above = parentRunId === undefined ? undefined : this.#runs.get(parentRunId);
      const outside = currentOutside();
      let step = above?.step;
      // A step of the program's own stands between the two runs.
      if (step !== undefined && outside?._isStep && isBelow(outside, step)) step = outside;
      if (name !== undefined) {
        const session = text(member(metadata, "thread_id")) ?? text(member(metadata, "session_id"));
        const root = above === undefined ? { sessionId: session, userId: text(member(metadata, "user_id")) } : {};
        step = recorder.startSpan(name, { ...describe(), ...root, ...(step !== undefined && { parent: step }) });
      }
      for (const oldest of this.#runs.keys()) {
        if (this.#runs.size < MOST_RUNS) break;
        this.#end(oldest, (one) => one.setStatus("unset", "its end was never told"));
      }
      const isOwn = name !== undefined;
      this.#runs.set(runId, { step, isOwn, outside, chunks: isOwn ? chunksOf(step, recorder) : undefined });
    });
  }

  #with(runId: string, say: (step: Span, run: Run) => void): void {
    const run = this.#runs.get(runId);
    const step = run?.step;
    if (run === undefined || step === undefined) return;
    guarded(this.#recorder(), () => say(step, run));
  }

  #end(runId: string, say: (step: Span) => void): void {
    this.#with(runId, (step, run) => {
      this.#runs.delete(runId);
      if (!run.isOwn) return;
      try {
        say(step);
      } finally {
        run.whenOver?.();
        run.chunks?.end();
        step.end();
      }
    });
    this.#runs.delete(runId);
  }

  #fail(runId: string, error: unknown): void {
    this.#end(runId, (step) => {
      // What LangGraph throws to wait for a person, or to go on elsewhere, is no failure.
      if (member(error, "is_bubble_up") === true) step.setStatus("unset", "interrupted");
      else if (isAbort(error)) step.setStatus("cancelled", "aborted");
      else step.setError(error);
    });
  }

  /** A stream that is aborted is left by its reader, and nobody tells of its end. */
  #endWith(runId: string, signal: unknown): void {
    if (typeof AbortSignal === "undefined" || !(signal instanceof AbortSignal)) return;
    this.#with(runId, (step, run) => {
      const abort = () => {
        const status = member(signal.reason, "name") === "TimeoutError" ? "timeout" : "cancelled";
        this.#end(runId, () => step.setStatus(status, text(member(signal.reason, "message")) ?? "aborted"));
      };
      signal.addEventListener("abort", abort, { once: true });
      run.whenOver = () => signal.removeEventListener("abort", abort);
    });
  }

  #recorder(): Client {
    return recorderOf(this.#options.client);
  }
}

/** What LangChain and LangGraph throw themselves when they are stopped has no name. */
function isAbort(error: unknown): boolean {
  const message = member(error, "message");
  return member(error, "name") === "Error" && (message === "Abort" || message === "Aborted");
}

function chunksOf(step: Span | undefined, recorder: Client): Chunks | undefined {
  if (step === undefined) return undefined;
  const write = (name: string, chunks: readonly unknown[]) => step.event(name, undefined, { chunks });
  return new Chunks(step, () => recorder.monotonicMillis(), write);
}

/** The last part of where a class of LangChain's stands. */
function nameOf(serialized: unknown): string | undefined {
  return text(member(serialized, "name")) ?? text(list(member(serialized, "id")).at(-1));
}

function kindOf(name: string, chain: unknown): string {
  if (/agent/i.test(name)) return "agent";
  return /^(LangGraph|CompiledStateGraph|CompiledGraph)$/.test(nameOf(chain) ?? name) || name === "LangGraph"
    ? "workflow"
    : "chain";
}

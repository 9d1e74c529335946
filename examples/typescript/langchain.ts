/**
 * LangChain: a chain of a prompt, a model and a parser, and a tool, by a callback handler.
 *
 * Run it:  npm install tracewire @langchain/core zod && npx tsx langchain.ts
 */
import { StringOutputParser } from "@langchain/core/output_parsers";
import { ChatPromptTemplate } from "@langchain/core/prompts";
import { RunnableLambda } from "@langchain/core/runnables";
import { tool } from "@langchain/core/tools";
import { FakeListChatModel } from "@langchain/core/utils/testing";
import { getTrace, init, query } from "tracewire";
import { CallbackHandler } from "tracewire/langchain";
import { z } from "zod";

init({ service: "langchain-example" });

const forecast = tool(({ city }) => `${city}: dry`, {
  name: "forecast",
  description: "Says how the weather will be",
  schema: z.object({ city: z.string() }),
});

const model = new FakeListChatModel({ responses: ["It stays dry."] });
const prompt = ChatPromptTemplate.fromTemplate("Say it in a sentence: {weather}");
const answer = prompt.pipe(model).pipe(new StringOutputParser());
const ask = RunnableLambda.from(async (city: string, config) => {
  const weather = await forecast.invoke({ city }, config);
  return answer.invoke({ weather }, { ...config, runName: "answer" });
}).withConfig({ runName: "ask" });

console.log(await ask.invoke("Ghent", { callbacks: [new CallbackHandler()] }));
console.log(getTrace({ traceId: query({ kind: "llm" }).rows[0]?.traceId })?.tree());

import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import OpenAI from "openai";
import { afterAll, beforeAll, expect, test } from "vitest";
import { wrap } from "../../src/integrations/openai.ts";
import { Gate, withPart } from "../endpoint/answers.ts";
import { completion, completionStream } from "../endpoint/chat.ts";
import { Endpoint } from "../endpoint/server.ts";
import { Recording } from "./recorded.ts";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

const ASKED = { model: "gpt-5-mini", messages: [{ role: "user" as const, content: "What is an otter?" }] };
let endpoint: Endpoint;

beforeAll(async () => {
  endpoint = await Endpoint.start();
});
afterAll(() => endpoint.close());

test("a stream that nobody can read any more is cancelled; one that is held is not", async () => {
  const recorded = new Recording();
  const openai = wrap(new OpenAI({ apiKey: "sk-test", baseURL: `${endpoint.url}/v1` }), { client: recorded.client });
  endpoint.answers(
    withPart(completionStream({ text: "An otter" }), 2, new Gate()),
    withPart(completionStream({ text: "An otter" }), 2, new Gate()),
    completion({ text: "A mammal." }),
  );
  const begin = async () => (await openai.chat.completions.create({ ...ASKED, stream: true }))[Symbol.asyncIterator]();
  await (await begin()).next();
  const held = await begin();
  await held.next();
  await openai.chat.completions.create(ASKED);
  for (let turns = 0; turns < 200 && recorded.steps[0]?.status === undefined; turns++) {
    collect();
    await turn();
  }
  expect(recorded.steps.map((step) => step.status)).toEqual(["cancelled", undefined, "ok"]);
  expect(recorded.steps[0]?.message).toBe("abandoned by its reader");
  await held.return?.();
  expect(recorded.steps[1]).toMatchObject({ status: "cancelled", message: "closed before its end" });
});

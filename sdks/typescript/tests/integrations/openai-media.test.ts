import { createReadStream, writeFileSync } from "node:fs";
import { join } from "node:path";
import OpenAI, { toFile } from "openai";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { wrap } from "../../src/integrations/openai.ts";
import {
  IMAGE_USAGE,
  imageStream,
  images,
  moderations,
  plainTranscript,
  SOUND_USAGE,
  speech,
  transcript,
  transcriptStream,
} from "../endpoint/media.ts";
import { Endpoint } from "../endpoint/server.ts";
import { folder } from "../recording/reading.ts";
import { type Recorded, Recording } from "./recorded.ts";

let endpoint: Endpoint;
let recorded: Recording;
let openai: OpenAI;

beforeAll(async () => {
  endpoint = await Endpoint.start();
});
afterAll(() => endpoint.close());
beforeEach(() => {
  endpoint.reset();
  recorded = new Recording();
  openai = wrap(
    new OpenAI({
      apiKey: "sk-test",
      baseURL: `${endpoint.url}/v1`,
      fetch: (url, init) => recorded.client.span("fetch", { kind: "http" }, () => fetch(url, init)),
    }),
    { client: recorded.client },
  );
});

/** The request's step; the client's own `fetch` is below it. Where forms can be sent is asked of `fetch` beforehand. */
function only(): Recorded {
  const steps = recorded.steps.filter((step) => step.name !== "fetch");
  expect(steps).toHaveLength(1);
  const sent = recorded.steps.filter((step) => step.name === "fetch" && step.parentId !== undefined);
  expect(sent.map((step) => step.parentId)).toEqual([steps[0]?.spanId]);
  return steps[0] as Recorded;
}

const IMAGE_TOKENS = {
  input_tokens: 50,
  output_tokens: 4160,
  details: { text_input_tokens: 10, image_input_tokens: 40, text_output_tokens: 0, image_output_tokens: 4160 },
  raw: IMAGE_USAGE,
};
const SOUND_TOKENS = {
  input_tokens: 14,
  output_tokens: 3,
  details: { text_input_tokens: 4, audio_input_tokens: 10 },
  raw: SOUND_USAGE,
};

test("images are a step with their sizes, and without themselves", async () => {
  endpoint.answers(images(1000, 2000));
  const answer = await openai.images.generate({ model: "gpt-image-1", prompt: "An otter", n: 2, quality: "low" });
  expect(answer.data?.[1]?.b64_json).toHaveLength(2668);
  const step = only();
  expect(step).toMatchObject({ name: "generate_content gpt-image-1", kind: "llm", status: "ok", usage: IMAGE_TOKENS });
  expect(step.input).toEqual({ prompt: "An otter", quality: "low" });
  expect(step.output).toEqual([
    { type: "image", mime_type: "image/png", bytes: 1000 },
    { type: "image", mime_type: "image/png", bytes: 2000 },
  ]);
  expect(step.attributes).toMatchObject({
    "gen_ai.operation.name": "generate_content",
    "gen_ai.output.type": "image",
    "gen_ai.request.choice.count": 2,
  });
});

test("an image that becomes clearer is recorded as it does", async () => {
  endpoint.answers(imageStream("image_generation", 2, 300), imageStream("image_generation", 2, 300));
  const ask = () =>
    openai.images.generate({ model: "gpt-image-1", prompt: "An otter", stream: true, partial_images: 2 });
  const types: string[] = [];
  for await (const event of await ask()) types.push(event.type);
  expect(types.at(-1)).toBe("image_generation.completed");
  const step = only();
  const image = { type: "image", mime_type: "image/webp", bytes: 300, size: "1024x1024" };
  expect(step.chunks).toEqual([
    { ...image, partial_image_index: 0 },
    { ...image, partial_image_index: 1 },
  ]);
  expect(step).toMatchObject({ status: "ok", output: [image], usage: IMAGE_TOKENS, hasFirstChunk: true });
  for await (const _ of await ask()) break;
  const left = recorded.steps.filter((one) => one.kind === "llm")[1];
  expect(left).toMatchObject({ status: "cancelled", output: [{ ...image, partial_image_index: 0 }] });
});

test("files that are sent are recorded by name and size, streams of them too", async () => {
  const file = join(folder(), "otter.png");
  writeFileSync(file, Buffer.alloc(64));
  endpoint.answers(images(10));
  await openai.images.edit({
    model: "gpt-image-1",
    image: [await toFile(Buffer.alloc(32), "kelp.png", { type: "image/png" }), createReadStream(file)],
    prompt: "Wearing a beret",
  });
  expect(endpoint.requests.at(-1)?.headers["content-type"]).toContain("multipart/form-data");
  expect(endpoint.requests.at(-1)?.body).toContain("Wearing a beret");
  expect(only().input).toEqual({
    image: [{ file: "kelp.png", mime_type: "image/png", bytes: 32 }, { file: "otter.png" }],
    prompt: "Wearing a beret",
  });
});

test("transcriptions are what was said, as an object, as a text and word by word", async () => {
  const ask = async (more: object) =>
    openai.audio.transcriptions.create({
      model: "gpt-4o-transcribe",
      file: await toFile(Buffer.alloc(16), "/recordings/otter/voice.wav", { type: "audio/wav" }),
      language: "en",
      temperature: 0.2,
      ...more,
    });
  endpoint.answers(transcript("An otter"));
  expect((await ask({})).text).toBe("An otter");
  const step = only();
  expect(step).toMatchObject({ name: "generate_content gpt-4o-transcribe", status: "ok", usage: SOUND_TOKENS });
  expect(step.input).toEqual({ file: { file: "voice.wav", mime_type: "audio/wav", bytes: 16 }, language: "en" });
  expect(step.output).toEqual({ text: "An otter" });
  expect(step.attributes).toMatchObject({ "gen_ai.output.type": "text", "gen_ai.request.temperature": 0.2 });

  endpoint.answers(plainTranscript("An otter"), transcriptStream("An otter is"));
  expect(await ask({ response_format: "text" })).toBe("An otter");
  for await (const _ of (await ask({ stream: true })) as unknown as AsyncIterable<unknown>);
  const [, plain, streamed] = recorded.steps.filter((one) => one.kind === "llm");
  expect(plain).toMatchObject({ status: "ok", output: { text: "An otter" } });
  expect(streamed).toMatchObject({ status: "ok", output: { text: "An otter is" }, usage: SOUND_TOKENS });
  expect(streamed?.chunks).toEqual(["An", " otter", " is"]);
});

test("speech is a step with its size; the caller reads it", async () => {
  endpoint.answers(speech(500));
  const answer = await openai.audio.speech.create({ model: "gpt-4o-mini-tts", voice: "coral", input: "Otters!" });
  expect((await answer.arrayBuffer()).byteLength).toBe(500);
  expect(only()).toMatchObject({
    status: "ok",
    input: { voice: "coral", input: "Otters!" },
    output: { type: "speech", mime_type: "audio/mpeg", bytes: 500 },
  });
  expect(only().attributes).toMatchObject({ "gen_ai.output.type": "speech", "http.response.status_code": 200 });
});

test("moderations are guardrails with their verdicts", async () => {
  endpoint.answers(moderations(false, true));
  const answer = await openai.moderations.create({ model: "omni-moderation-latest", input: ["kelp", "urchins"] });
  expect(answer.results[1]?.flagged).toBe(true);
  expect(only()).toMatchObject({ name: "run_guardrail omni-moderation-latest", kind: "guardrail", status: "ok" });
  expect(only().input).toEqual({ input: ["kelp", "urchins"] });
  expect(only().output).toEqual([
    { flagged: false, categories: [] },
    { flagged: true, categories: ["violence"] },
  ]);
});

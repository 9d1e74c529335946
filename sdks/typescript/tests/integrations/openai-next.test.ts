/** The same tests with the newest major version of the client, which makes its requests and promises otherwise. */
import OpenAI from "openai";
import { expect, test, vi } from "vitest";

vi.mock("openai", () => import("openai-next"));
vi.mock("openai/api-promise", () => import("openai-next/api-promise"));
vi.mock("openai/realtime/websocket", () => import("openai-next/realtime/websocket"));
vi.mock("openai/streaming", () => import("openai-next/streaming"));

import "./openai-chat.test.ts";
import "./openai-media.test.ts";
import "./openai-realtime.test.ts";
import "./openai-responses.test.ts";

test("it is another client that these tests ran with", () => {
  expect(Reflect.has(OpenAI.prototype, "responsePromise")).toBe(true);
});

/**
 * How providers refuse.
 *
 * @module
 */
import { type Answer, json } from "./answers.ts";

/** OpenAI: too many requests; `retryAfterMillis` is in the header that its client reads first. */
export function openaiRateLimit(retryAfterMillis = 1): Answer {
  const error = {
    message: "Rate limit reached for gpt-5-mini",
    type: "requests",
    param: null,
    code: "rate_limit_exceeded",
  };
  return json({ error }, 429, { "retry-after-ms": String(retryAfterMillis), "retry-after": "1" });
}

/** OpenAI: a request that cannot be served. */
export function openaiBadRequest(): Answer {
  const error = {
    message: "Unsupported value: 'temperature'",
    type: "invalid_request_error",
    param: "temperature",
    code: "unsupported_value",
  };
  return json({ error }, 400);
}

/** Anthropic: too many requests. */
export function anthropicRateLimit(retryAfterMillis = 1): Answer {
  const error = { type: "rate_limit_error", message: "This request would exceed your rate limit" };
  return json({ type: "error", error, request_id: "req-1" }, 429, {
    "retry-after-ms": String(retryAfterMillis),
    "retry-after": "1",
  });
}

/** Anthropic: a request that cannot be served. */
export function anthropicBadRequest(): Answer {
  const error = { type: "invalid_request_error", message: "max_tokens: 1 or more" };
  return json({ type: "error", error, request_id: "req-1" }, 400);
}

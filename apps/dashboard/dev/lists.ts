import type { IncomingMessage, ServerResponse } from "node:http";
import type { Judgement, Producer, SessionRow } from "../src/api/types.ts";
import * as answers from "./answers.ts";
import { Random } from "./random.ts";
import type { Store } from "./store.ts";
import { addMoney } from "./sums.ts";

/** Answers with JSON. */
export function send(response: ServerResponse, body: unknown): void {
  response.setHeader("content-type", "application/json");
  response.end(JSON.stringify(body));
}

/** Answers with a problem. */
export function problem(response: ServerResponse, status: number, code: string, title: string, detail: string): void {
  response.statusCode = status;
  response.setHeader("content-type", "application/problem+json");
  response.end(
    JSON.stringify({ type: `https://tracewire.dev/errors/${code}`, title, status, detail, code, request_id: "dev-1" }),
  );
}

/** `/v1/sessions`. */
export function sessions(
  store: Store,
  now: number,
  id: string | undefined,
  query: URLSearchParams,
  response: ServerResponse,
): void {
  const rows = new Map<string, SessionRow>();
  const all = store.begun(now).map((made) => store.get(made, now).row);
  for (const row of all) {
    if (!row.session_id) {
      continue;
    }
    const known = rows.get(row.session_id) ?? {
      session_id: row.session_id,
      traces: 0,
      spans: 0,
      open_spans: 0,
      errors: 0,
      input_tokens: 0,
      output_tokens: 0,
      unpriced: 0,
      start: row.start,
      last: row.last,
    };
    const cost = addMoney(known.cost, row.cost);
    rows.set(row.session_id, {
      ...known,
      traces: known.traces + 1,
      spans: known.spans + row.spans,
      open_spans: known.open_spans + row.open_spans,
      errors: known.errors + row.errors,
      input_tokens: known.input_tokens + row.input_tokens,
      output_tokens: known.output_tokens + row.output_tokens,
      unpriced: (known.unpriced ?? 0) + (row.unpriced ?? 0),
      start: row.start < known.start ? row.start : known.start,
      last: row.last > known.last ? row.last : known.last,
      ...(cost ? { cost } : {}),
    });
  }
  if (id === undefined) {
    send(
      response,
      answers.page(
        [...rows.values()].sort((a, b) => (a.last < b.last ? 1 : -1)),
        query,
      ),
    );
    return;
  }
  const session = rows.get(id);
  if (session === undefined) {
    problem(
      response,
      404,
      "session_not_found",
      "There is no such session",
      `Nothing with the session id ${id} is in the store.`,
    );
    return;
  }
  send(response, { session, traces: all.filter((row) => row.session_id === id).reverse() });
}

/** `/v1/feedback`. */
export function feedback(
  store: Store,
  given: Judgement[],
  now: number,
  query: URLSearchParams,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  if (request.method === "POST") {
    let text = "";
    request.on("data", (part) => {
      text += part;
    });
    request.on("end", () => {
      const body = JSON.parse(text) as Judgement & { target?: Judgement };
      const made = { ...body, ...body.target, feedback_id: `given-${given.length}`, time: new Date().toISOString() };
      given.unshift(made);
      send(response, made);
    });
    return;
  }
  const random = new Random(5);
  const all: Judgement[] = store
    .begun(now)
    .slice(0, 240)
    .filter(() => random.chance(0.3))
    .map((made, place) => {
      const good = random.chance(0.8);
      const form = random.int(0, 3);
      return {
        feedback_id: `f-${place}`,
        name: ["helpful", "helpful", "faithfulness", "tone"][form] ?? "helpful",
        value:
          form < 2
            ? good
            : form === 2
              ? Math.round((good ? 0.7 + random.next() * 0.3 : random.next() * 0.6) * 100) / 100
              : random.pick(["kind", "neutral", "curt"]),
        source: form < 2 ? "user" : "model",
        comment: random.chance(0.4)
          ? random.pick(["too long", "exactly what I needed", "cites the wrong page", "quick, thank you"])
          : null,
        time: new Date(made.start + 20_000).toISOString(),
        trace_id: made.id,
        session_id: made.session ?? null,
      };
    });
  const wanted = [...given, ...all].filter(
    (one) =>
      (!query.has("trace") || one.trace_id === query.get("trace")) &&
      (!query.has("name") || one.name === query.get("name")),
  );
  send(response, answers.page(wanted, query));
}

/** `/v1/producers`. */
export function producers(now: number): Producer[] {
  const make = (place: number, service: string, state: string, more: Partial<Producer> = {}): Producer => ({
    name: `6f1c09b2d4e8a37${place}-1`,
    service,
    state,
    process_state: state,
    host: place < 5 ? "box-1" : "box-2",
    pid: 4100 + place * 17,
    created: new Date(now - place * 3_000_000).toISOString(),
    last_seq: 18_000 - place * 1900,
    pending: 0,
    sound: true,
    verified_seq: 18_000 - place * 1900,
    missing_events: 0,
    losses: [],
    spec: "1.0",
    seal: 1,
    ...more,
  });
  return [
    make(1, "research", "alive", { pending: 12 }),
    make(2, "library", "alive"),
    make(3, "support-bot", "alive", { pending: 4 }),
    make(4, "code-agent", "dead", { missing_events: 3, losses: [{ reason: "quota", count: 3 }] }),
    make(5, "support-bot", "closed", { close: "exited" }),
    make(6, "mobile-app", "unknown", {
      sound: null,
      verified_seq: 0,
      pending: 230,
      losses: [
        { reason: "quota", count: 41 },
        { reason: "too_large", count: 2 },
      ],
    }),
    make(7, "crawler", "closed", {
      close: "exited",
      sound: false,
      verified_seq: 1536,
      contradiction: {
        code: "digest",
        first_seq: 1281,
        message: "the envelope says sha256:6f1c… and its bytes say sha256:b2d4…",
      },
    }),
  ];
}

import type { IncomingMessage, ServerResponse } from "node:http";
import type { Connect, Plugin } from "vite";
import type { Judgement, LocatedEvent, Producer, SessionRow, TraceDocument } from "../src/api/types.ts";
import * as answers from "./answers.ts";
import type { Made } from "./build.ts";
import { addMoney } from "./known.ts";
import { Random } from "./random.ts";
import { Store } from "./store.ts";

/** The policy that the server sends with its pages. */
const POLICY = "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'";

/** Answers `/v1` with made-up data, for work on the pages and their tests; the server itself is never in it. */
export function fixtures(): Plugin {
  const use = (middlewares: Connect.Server, policy: boolean) => {
    const store = new Store(Date.now());
    const given: Judgement[] = [];
    middlewares.use((request, response, next) => {
      const url = new URL(request.url ?? "/", "http://localhost");
      if (policy) {
        response.setHeader("content-security-policy", POLICY);
      }
      if (!url.pathname.startsWith("/v1/")) {
        next();
        return;
      }
      try {
        answer(store, given, url, request, response);
      } catch (error) {
        problem(response, 500, "internal", "The made-up server failed", String(error));
      }
    });
  };
  return {
    name: "tracewire-fixtures",
    configureServer: (server) => use(server.middlewares, false),
    configurePreviewServer: (server) => use(server.middlewares, true),
  };
}

function send(response: ServerResponse, body: unknown): void {
  response.setHeader("content-type", "application/json");
  response.end(JSON.stringify(body));
}

function problem(response: ServerResponse, status: number, code: string, title: string, detail: string): void {
  response.statusCode = status;
  response.setHeader("content-type", "application/problem+json");
  response.end(
    JSON.stringify({ type: `https://tracewire.dev/errors/${code}`, title, status, detail, code, request_id: "dev-1" }),
  );
}

function answer(store: Store, given: Judgement[], url: URL, request: IncomingMessage, response: ServerResponse): void {
  const now = Date.now();
  const query = url.searchParams;
  const [, , resource, id, part, span, last] = url.pathname.split("/").map(decodeURIComponent);
  // A header or a cookie lets tests see how pages look without data, and without a server.
  const wanted = /fixtures=(\w+)/.exec(request.headers.cookie ?? "")?.[1];
  if (wanted === "locked" && request.headers.authorization !== "Bearer tw_dev_key") {
    problem(response, 401, "key_required", "This server asks for a key", "Send Authorization: Bearer tw_…");
    return;
  }
  if (wanted === "broken" && resource !== "health") {
    problem(response, 500, "store_unavailable", "The store cannot be read", "database is locked");
    return;
  }
  if (wanted === "slow") {
    setTimeout(() => route(), 1500);
    return;
  }
  route();

  function route(): void {
    if (
      wanted === "empty" &&
      ["traces", "sessions", "feedback", "producers", "facets", "analytics", "search", "live"].includes(resource ?? "")
    ) {
      empty(resource ?? "", id, now, query, response);
      return;
    }
    switch (resource) {
      case "traces":
        if (id === undefined) {
          send(response, answers.traces(store, query, now));
        } else {
          trace(store, now, id, part, span, last, query, response);
        }
        return;
      case "search":
        send(response, answers.search(store, query, now));
        return;
      case "facets":
        send(response, answers.facets(store, query, now));
        return;
      case "analytics": {
        const found = {
          series: answers.series,
          groups: answers.groups,
          overview: answers.overview,
          stages: answers.stages,
        }[id ?? ""];
        send(response, found?.(store, query, now));
        return;
      }
      case "sessions":
        sessions(store, now, id, query, response);
        return;
      case "compare": {
        const pair = [query.get("a"), query.get("b")].map((one) => store.find(one ?? "", now));
        const [a, b] = pair.map((made) =>
          made === undefined ? undefined : { ...store.get(made, now), nodes: store.get(made, now).document.nodes },
        );
        if (a === undefined || b === undefined) {
          problem(response, 404, "trace_not_found", "There is no such trace", "One of the two is not in the store.");
        } else {
          send(response, answers.compare(a, b));
        }
        return;
      }
      case "feedback":
        feedback(store, given, now, query, request, response);
        return;
      case "producers":
        send(response, { items: producers(now) });
        return;
      case "health":
        send(response, {
          status: "ok",
          version: "0.1.0",
          uptime_nanos: 5_400_000_000_000,
          project: "demo",
          store: { engine: "sqlite", bytes: 48_300_000, events: 182_000 },
          losses: [{ reason: "quota", count: 3 }],
        });
        return;
      case "find":
        send(response, {
          items: store
            .begun(now)
            .map((made) => store.get(made, now))
            .filter(({ row, document }) =>
              query.has("trace")
                ? row.trace_id.startsWith(query.get("trace") ?? "")
                : document.nodes.some((node) => node.span_id === query.get("span")),
            )
            .slice(0, 50)
            .map(({ row }) => row),
        });
        return;
      case "live":
        live(store, request, response);
        return;
      default:
        problem(response, 404, "no_such_resource", "There is nothing here", url.pathname);
    }
  }
}

function empty(
  resource: string,
  id: string | undefined,
  now: number,
  query: URLSearchParams,
  response: ServerResponse,
): void {
  if (resource === "live") {
    response.setHeader("content-type", "text/event-stream");
    response.write(":\n\n");
    return;
  }
  const nothing = new Store(now - 400 * 86_400_000, 0);
  nothing.made.length = 0;
  if (resource === "facets") {
    send(response, answers.facets(nothing, query, now));
  } else if (resource === "analytics" && id !== undefined) {
    const found = {
      series: answers.series,
      groups: answers.groups,
      overview: answers.overview,
      stages: answers.stages,
    }[id];
    send(response, found?.(nothing, query, now));
  } else {
    send(response, { items: [], next: null });
  }
}

function trace(
  store: Store,
  now: number,
  id: string,
  part: string | undefined,
  span: string | undefined,
  last: string | undefined,
  query: URLSearchParams,
  response: ServerResponse,
): void {
  const made = store.find(id, now);
  if (made === undefined) {
    problem(response, 404, "trace_not_found", "There is no such trace", `No trace with the id ${id} is in the store.`);
    return;
  }
  const { document } = store.get(made, now);
  if (part === undefined) {
    send(response, document);
  } else if (part === "spans") {
    const node = document.nodes.find((one) => one.span_id === span);
    if (node === undefined) {
      problem(response, 404, "span_not_found", "There is no such step", `The trace has no span ${span}.`);
    } else {
      send(response, last === "cost" ? answers.cost(node) : node);
    }
  } else if (part === "events") {
    send(response, answers.page(eventsOf(made, document), query));
  } else {
    response.setHeader("content-type", "text/plain; charset=utf-8");
    response.end(
      part === "brief" ? brief(document, Number(query.get("max_tokens") ?? 2000)) : JSON.stringify(document),
    );
  }
}

function brief(document: TraceDocument, most: number): string {
  const lines = document.nodes.map(
    (node) =>
      `${"  ".repeat(node.depth)}${node.kind ?? node.form},${node.name},${node.status ?? node.state},${node.duration_nanos ?? ""}`,
  );
  return `trace: ${document.trace_id}\nnodes[${lines.length}]{kind,name,status,nanos}:\n${lines.join("\n")}`.slice(
    0,
    most * 4,
  );
}

/** The events that a trace was made of, up to now. */
function eventsOf(made: Made, document: TraceDocument): LocatedEvent[] {
  const all: LocatedEvent[] = [];
  document.nodes.forEach((node, index) => {
    const base = {
      trace_id: made.id,
      span_id: node.span_id ?? null,
      parent_id: node.parent_id ?? null,
      kind: node.kind ?? null,
    };
    const { output, ...input } = node.body ?? {};
    const add = (suffix: string, event: Omit<LocatedEvent["event"], keyof typeof base>) =>
      all.push({
        id: `${made.id}-${index}${suffix}`,
        producer: node.producer,
        service: made.service,
        event: { ...base, ...event },
      });
    if (node.form === "span") {
      add("a", { type: "span.start", time: node.start, body: { name: node.name ?? null, ...input } });
      if (node.state === "ended") {
        add("b", {
          type: "span.end",
          time: node.end,
          status: node.status ?? null,
          duration_nanos: node.duration_nanos ?? null,
          body: { output: output ?? null },
        });
      }
    } else {
      add("", {
        type: node.form,
        time: node.start,
        body: { ...node.body, [node.form === "log" ? "message" : "name"]: node.name ?? null },
      });
    }
  });
  return all.sort((a, b) => (a.event.time < b.event.time ? -1 : 1));
}

function sessions(
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

function feedback(
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

function producers(now: number): Producer[] {
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
    losses: [],
    spec: "1.0",
    seal: 1,
    ...more,
  });
  return [
    make(1, "research", "alive", { pending: 12 }),
    make(2, "library", "alive"),
    make(3, "support-bot", "alive", { pending: 4 }),
    make(4, "code-agent", "dead", { sound: null, losses: [{ reason: "quota", count: 3 }] }),
    make(5, "support-bot", "closed", { close: "exited" }),
    make(6, "mobile-app", "unknown", {
      sound: null,
      pending: 230,
      losses: [
        { reason: "quota", count: 41 },
        { reason: "too_large", count: 2 },
      ],
    }),
    make(7, "crawler", "closed", { close: "exited", sound: false }),
  ];
}

/** Sends what happens while it happens. */
function live(store: Store, request: IncomingMessage, response: ServerResponse): void {
  response.setHeader("content-type", "text/event-stream");
  response.setHeader("cache-control", "no-store");
  response.write(":\n\n");
  let before = Date.now() - 6_000;
  const timer = setInterval(() => {
    const now = Date.now();
    for (const made of store.made.filter((one) => one.start <= now && one.start > now - 600_000)) {
      const { document, row } = store.get(made, now);
      const fresh = eventsOf(made, document).filter(
        (one) => Date.parse(one.event.time) > before && Date.parse(one.event.time) <= now,
      );
      for (const one of fresh) {
        response.write(`id: ${one.id}\nevent: event\ndata: ${JSON.stringify(one)}\n\n`);
      }
      if (fresh.length > 0) {
        response.write(`event: trace\ndata: ${JSON.stringify(row)}\n\n`);
      }
    }
    before = now;
  }, 300);
  request.on("close", () => clearInterval(timer));
}

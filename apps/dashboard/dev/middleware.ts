import type { IncomingMessage, ServerResponse } from "node:http";
import type { Connect, Plugin } from "vite";
import type { Judgement, LocatedEvent, TraceDocument } from "../src/api/types.ts";
import * as answers from "./answers.ts";
import type { Made } from "./build.ts";
import { feedback, problem, producers, send, sessions } from "./lists.ts";
import { Store } from "./store.ts";

/** The policy that the server sends with its pages. */
const POLICY =
  "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; media-src 'self' blob:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'";

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
          if (request.method === "DELETE" && part === undefined) {
            deleted(store, now, id, wanted, response);
            return;
          }
          trace(store, now, id, part, span, last, query, response);
        }
        return;
      case "search":
        send(response, answers.search(store, query, now));
        return;
      case "facets":
        send(response, answers.facets(store, query, now, wanted === "crowd" ? 80 : 0));
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
        const [a, b] = pair.map((made) => (made === undefined ? undefined : store.get(made, now).document));
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
        live(store, request, query, wanted === "busy", response);
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

function deleted(store: Store, now: number, id: string, wanted: string | undefined, response: ServerResponse): void {
  const made = store.find(id, now);
  if (wanted === "reader") {
    problem(response, 403, "forbidden", "This key may not delete", "A key with the scope admin may.");
  } else if (made === undefined) {
    problem(response, 404, "trace_not_found", "There is no such trace", `No trace with the id ${id} is in the store.`);
  } else {
    store.made.splice(store.made.indexOf(made), 1);
    response.statusCode = 204;
    response.end();
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
    const add = (suffix: number, event: Omit<LocatedEvent["event"], keyof typeof base>) =>
      all.push({
        // A place of its own for each event of each trace, whatever the time.
        id: (Number.parseInt(made.id.slice(-8), 16) % 1e8) * 1e5 + index * 2 + suffix + 1,
        producer: node.producer,
        service: made.service,
        event: { ...base, ...event },
      });
    if (node.form === "span") {
      add(0, { type: "span.start", time: node.start, body: { name: node.name ?? null, ...input } });
      if (node.state === "ended") {
        add(1, {
          type: "span.end",
          time: node.end,
          status: node.status ?? null,
          duration_nanos: node.duration_nanos ?? null,
          body: { output: output ?? null },
        });
      }
    } else {
      add(0, {
        type: node.form,
        time: node.start,
        body: { ...node.body, [node.form === "log" ? "message" : "name"]: node.name ?? null },
      });
    }
  });
  return all.sort((a, b) => (a.event.time < b.event.time ? -1 : 1));
}

/** Sends what happens while it happens. */
function live(
  store: Store,
  request: IncomingMessage,
  query: URLSearchParams,
  isBusy: boolean,
  response: ServerResponse,
): void {
  response.setHeader("content-type", "text/event-stream");
  response.setHeader("cache-control", "no-store");
  response.write(":\n\n");
  const write = (one: LocatedEvent) => response.write(`id: ${one.id}\nevent: event\ndata: ${JSON.stringify(one)}\n\n`);
  if (query.has("after")) {
    const now = Date.now();
    const id = Number(query.get("after")) + 1;
    const recent = store.begun(now).filter((one) => one.start > now - 3_600_000);
    const found = recent.flatMap((made) => eventsOf(made, store.get(made, now).document)).find((one) => one.id === id);
    if (found !== undefined) {
      write(found);
    }
  }
  let before = Date.now() - 6_000;
  let sent = 0;
  const timer = setInterval(
    () => {
      const now = Date.now();
      if (isBusy) {
        for (const one of busy(now, sent)) {
          write(one);
        }
        sent += 25;
        return;
      }
      for (const made of store.made.filter((one) => one.start <= now && one.start > now - 600_000)) {
        const { document, row } = store.get(made, now);
        const fresh = eventsOf(made, document).filter(
          (one) => Date.parse(one.event.time) > before && Date.parse(one.event.time) <= now,
        );
        for (const one of fresh) {
          write(one);
        }
        if (fresh.length > 0) {
          response.write(`event: trace\ndata: ${JSON.stringify(row)}\n\n`);
        }
      }
      before = now;
    },
    isBusy ? 50 : 300,
  );
  request.on("close", () => clearInterval(timer));
}

/** Twenty-five events, five hundred a second: each step ends after ten others have begun. */
function busy(now: number, sent: number): LocatedEvent[] {
  return Array.from({ length: 25 }, (_, place) => {
    const number = sent + place;
    const isEnd = number % 2 === 1 && number > 20;
    const step = isEnd ? number - 21 : number;
    return {
      id: number + 1,
      producer: "busy-1",
      service: "busy",
      event: {
        type: isEnd ? "span.end" : "span.start",
        time: new Date(now).toISOString(),
        trace_id: "b".repeat(32),
        span_id: step.toString(16).padStart(16, "0"),
        parent_id: null,
        kind: "tool",
        ...(isEnd ? { status: "ok" as const, duration_nanos: 20_000_000 } : {}),
        body: isEnd ? { output: step } : { name: `step ${step}` },
      },
    };
  });
}

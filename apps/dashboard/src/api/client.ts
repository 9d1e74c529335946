import { Problem, problemOf } from "./problem.ts";

const KEY = "tracewire.key";

/** The key for servers that ask for one; it stays in this browser. */
export const key = {
  get(): string | null {
    return localStorage.getItem(KEY);
  },
  set(value: string | null): void {
    if (value === null || value.trim() === "") {
      localStorage.removeItem(KEY);
    } else {
      localStorage.setItem(KEY, value.trim());
    }
  },
};

/** Query parameters; what is undefined, null or empty is left out. */
export type Query = Record<string, string | number | boolean | null | undefined>;

/** The address of a resource. */
export function address(path: string, query: Query = {}): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== null && value !== "") {
      parameters.set(name, String(value));
    }
  }
  const text = parameters.toString();
  return `/v1${path}${text === "" ? "" : `?${text}`}`;
}

/** Headers of every request. */
export function headers(more: Record<string, string> = {}): Headers {
  const all = new Headers(more);
  const known = key.get();
  if (known !== null) {
    all.set("authorization", `Bearer ${known}`);
  }
  return all;
}

/** What `early.js` asked for before the page was there: each answer for whoever asks first. */
function early(address: string): Promise<Response> | undefined {
  const { tracewireEarly: known } = globalThis as { tracewireEarly?: Map<string, Promise<Response>> };
  const answer = known?.get(address);
  known?.delete(address);
  return answer;
}

/** Asks; an answer that is no success is thrown as a `Problem`. */
export async function ask(path: string, query: Query = {}, init: RequestInit = {}): Promise<Response> {
  let response: Response;
  try {
    const asked = address(path, query);
    // What failed then may have lacked the key that is there by now: it is asked for again.
    const before = init.method === undefined ? await early(asked)?.catch(() => undefined) : undefined;
    response = before?.ok === true ? before : await fetch(asked, { ...init, headers: init.headers ?? headers() });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") {
      throw error;
    }
    throw new Problem(0, "unreachable", "The server does not answer", undefined, undefined);
  }
  if (!response.ok) {
    throw await problemOf(response);
  }
  return response;
}

/** Asks for JSON. */
export async function getJson<T>(path: string, query: Query = {}, signal?: AbortSignal): Promise<T> {
  const response = await ask(path, query, signal === undefined ? {} : { signal });
  return (await response.json()) as T;
}

/** Asks for text. */
export async function getText(path: string, query: Query = {}): Promise<string> {
  return (await ask(path, query)).text();
}

/** Sends JSON. */
export async function postJson<T>(path: string, body: unknown): Promise<T> {
  const response = await ask(
    path,
    {},
    { method: "POST", headers: headers({ "content-type": "application/json" }), body: JSON.stringify(body) },
  );
  return (await response.json()) as T;
}

/** Has the server take a resource away. */
export async function remove(path: string): Promise<void> {
  await ask(path, {}, { method: "DELETE", headers: headers() });
}

/** Saves bytes as a file. */
export function save(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

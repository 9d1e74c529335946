/** What went wrong with a request, and what to do about it. */
export class Problem extends Error {
  override readonly name = "Problem";

  constructor(
    readonly status: number,
    readonly code: string,
    readonly title: string,
    readonly detail: string | undefined,
    readonly requestId: string | undefined,
  ) {
    super(detail ?? title);
  }

  /** The next step, in words for whoever looks at the page. */
  get advice(): string {
    return adviceFor(this.status, this.code);
  }
}

function adviceFor(status: number, code: string): string {
  if (status === 0) {
    return "Is the server running? Start it with: tracewire serve";
  }
  if (status === 401) {
    return "Enter a key with the scope read. Make one with: tracewire serve keys create --scope read";
  }
  if (status === 403) {
    return "This key may not do that. Use one with a wider scope, or ask whoever runs the server.";
  }
  if (status === 404) {
    return "It may have been deleted or not have arrived yet. Check the id, or go back to the list.";
  }
  if (status === 400 || status === 422) {
    return "Take away the filter that was added last, then try again.";
  }
  if (status === 429 || status === 503) {
    return "The server is busy. It is asked again in a moment.";
  }
  return `Try again. If it happens again, look for ${code} in the server's log.`;
}

function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** Reads an answer that is no success; whatever stands in it, something useful comes out. */
export async function problemOf(response: Response): Promise<Problem> {
  let members: Record<string, unknown> = {};
  try {
    const body: unknown = await response.json();
    if (typeof body === "object" && body !== null) {
      members = body as Record<string, unknown>;
    }
  } catch {
    // A proxy on the way answers with a page of its own.
  }
  return new Problem(
    response.status,
    text(members["code"]) ?? `http_${response.status}`,
    text(members["title"]) ?? (response.statusText || "The server refused"),
    text(members["detail"]),
    text(members["request_id"]) ?? response.headers.get("x-request-id") ?? undefined,
  );
}

/** Anything thrown, as a problem. */
export function asProblem(error: unknown): Problem {
  if (error instanceof Problem) {
    return error;
  }
  if (error instanceof TypeError) {
    return new Problem(0, "unreachable", "The server does not answer", error.message, undefined);
  }
  return new Problem(-1, "unexpected", "Something unexpected happened", String(error), undefined);
}

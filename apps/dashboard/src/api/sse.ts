/** One message of an event stream. */
export type Message = { id?: string; event: string; data: string };

/** Reads an event stream (WHATWG HTML, 9.2) from its bytes, however they are cut into parts. */
export async function* readMessages(body: ReadableStream<Uint8Array>): AsyncGenerator<Message> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = "";
  let current: { id?: string; event?: string; data: string[] } = { data: [] };
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) {
        return;
      }
      rest += decoder.decode(value, { stream: true });
      // A line end may be cut in two: a carriage return at the end waits for what comes.
      const held = rest.endsWith("\r") ? "\r" : "";
      const lines = rest.slice(0, rest.length - held.length).split(/\r\n|\n|\r/);
      rest = (lines.pop() ?? "") + held;
      for (const line of lines) {
        if (line === "") {
          if (current.data.length > 0) {
            const { id, event, data } = current;
            yield { ...(id === undefined ? {} : { id }), event: event ?? "message", data: data.join("\n") };
          }
          current = { data: [] };
          continue;
        }
        field(current, line);
      }
    }
  } finally {
    // Whoever stops reading leaves no open connection behind.
    await reader.cancel().catch(() => undefined);
  }
}

function field(current: { id?: string; event?: string; data: string[] }, line: string): void {
  const colon = line.indexOf(":");
  if (colon === 0) {
    return;
  }
  const name = colon < 0 ? line : line.slice(0, colon);
  const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
  if (name === "data") {
    current.data.push(value);
  } else if (name === "event") {
    current.event = value;
  } else if (name === "id") {
    current.id = value;
  }
}

/**
 * The worker: everything that takes long happens here, so that the page stays responsive.
 *
 * @module
 */
import { engine } from "#engine";
import type { Answer, Request } from "./messages.ts";
import { OpenRecording, wordsOf } from "./opened.ts";

let opened: OpenRecording | undefined;

function answer(given: Answer, transferred: Transferable[] = []): void {
  self.postMessage(given, { transfer: transferred });
}

/**
 * Reads and says so; what the validator finds follows when it is there, unless another recording was opened
 * meanwhile.
 */
async function open(id: number, request: Request & { kind: "open" }): Promise<void> {
  const loading = engine.rules();
  const recording = new OpenRecording(await engine.codecs(), request.bytes, request.format);
  opened = recording;
  answer({ id, kind: "opened", opened: recording.read() });
  loading.then(
    (rules) => opened === recording && answer({ id, kind: "opened", opened: recording.validate(rules, undefined) }),
    (error) => answer({ id, kind: "opened", opened: recording.validate(undefined, wordsOf(error)) }),
  );
}

async function handle(request: Request): Promise<void> {
  const { id } = request;
  if (request.kind === "open") return open(id, request);
  if (opened === undefined) throw new Error("Nothing is open.");
  switch (request.kind) {
    case "detail": {
      const detail = opened.detail(request.trace, request.row);
      if (detail === undefined) throw new Error("This step is not there any more.");
      return answer({ id, kind: "detail", detail });
    }
    case "encode": {
      // A copy is made by the module; it can be given away.
      const bytes = opened.encode(request.what, request.form);
      return answer({ id, kind: "encoded", bytes }, [bytes.buffer as ArrayBuffer]);
    }
    case "tokens":
      return answer({ id, kind: "tokens", tokens: opened.tokens(await engine.tokens(), request.what, request.form) });
  }
}

// Requests are answered in order, also while the codecs are being loaded.
let last: Promise<void> = Promise.resolve();
self.addEventListener("message", (event: MessageEvent<Request>) => {
  last = last.then(async () => {
    try {
      await handle(event.data);
    } catch (error) {
      answer({ id: event.data.id, kind: "failed", message: wordsOf(error) });
    }
  });
});

import { useState } from "react";
import { Link } from "wouter";
import { getText } from "../../api/client.ts";
import { asProblem } from "../../api/problem.ts";
import { Icon } from "../../design/Icon.tsx";
import { count } from "../../logic/format.ts";
import { Popover, Segments } from "../../parts/Basics.tsx";
import { say } from "../../parts/Toast.tsx";
import { exportTrace } from "./exporting.ts";

const FORMATS = [
  ["json", "JSON", "json"],
  ["jsonl", "JSON Lines, one envelope a line", "jsonl"],
  ["toon", "TOON", "toon"],
  ["csv", "CSV", "csv"],
  ["proto", "Protobuf", "pb"],
  ["otlp", "OpenTelemetry, as OTLP's JSON", "otlp.json"],
] as const;

/** What can be done with a trace. */
export function Actions({ id, step }: { id: string; step: string | undefined }) {
  return (
    <>
      <Popover label={<span className="wide-only">Brief</span>} icon="brief" name="Brief" right>
        {(close) => <Brief id={id} step={step} close={close} />}
      </Popover>
      <Popover label="" icon="download" name="Export" square right>
        {(close) => (
          <>
            <p className="heading">Export as</p>
            {FORMATS.map(([format, word, ending]) => (
              <button
                key={format}
                type="button"
                className="item"
                onClick={() => {
                  close();
                  void exported(id, format, ending);
                }}
              >
                {word}
              </button>
            ))}
          </>
        )}
      </Popover>
      <Link
        className="button square"
        href={`/compare?a=${id}`}
        aria-label="Compare with another trace"
        title="Compare with another trace"
      >
        <Icon name="compare" size={14} />
      </Link>
    </>
  );
}

/** Saves a trace as a file, and says what is not in it: what is in no envelope yet, and of OTLP's spans those that have not ended. */
async function exported(id: string, format: string, ending: string): Promise<void> {
  try {
    const { unsealed, open } = await exportTrace(id, format, `${id}.${ending}`);
    if (unsealed > 0) {
      say(`${count(unsealed)} events are not sealed yet and not in the file; CSV has them`);
    }
    if (open > 0) {
      say(`${count(open)} steps have not ended and are not in the file`);
    }
  } catch (error) {
    say(asProblem(error).title);
  }
}

/** The trace as a text that a language model can read, within a number of tokens. */
function Brief({ id, step, close }: { id: string; step: string | undefined; close: () => void }) {
  const [most, setMost] = useState("2000");
  const [format, setFormat] = useState<"toon" | "json">("toon");
  const [only, setOnly] = useState(false);
  const copy = async () => {
    try {
      const text = await getText(`/traces/${id}/brief`, { max_tokens: most, format, step: only ? step : undefined });
      await navigator.clipboard.writeText(text);
      say(`Copied, at most ${most} tokens`);
      close();
    } catch (error) {
      say(error instanceof DOMException ? "The browser did not allow to copy" : asProblem(error).title);
    }
  };
  return (
    <div className="stack brief">
      <p className="muted">What matters in this trace, for a language model, within so many tokens.</p>
      <Segments
        label="Tokens"
        value={most}
        onChange={setMost}
        options={["500", "2000", "8000", "32000"].map((value) => [value, value.replace(/000$/, "k")] as const)}
      />
      <Segments
        label="Format"
        value={format}
        onChange={setFormat}
        options={[
          ["toon", "TOON"],
          ["json", "JSON"],
        ]}
      />
      {step !== undefined && (
        <label className="line">
          <input type="checkbox" checked={only} onChange={(event) => setOnly(event.target.checked)} />
          Around the chosen step
        </label>
      )}
      <button type="button" className="button main" onClick={() => void copy()}>
        <Icon name="copy" size={14} />
        Copy
      </button>
    </div>
  );
}

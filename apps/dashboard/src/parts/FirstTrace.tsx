import { useState } from "react";
import { Link } from "wouter";
import { Segments, Snippet } from "./Basics.tsx";

type Way = "python" | "typescript" | "otlp";

/** Two lines for a program on this machine: what it records is seen as it stands on the disk. */
function lines(way: Way): string {
  switch (way) {
    case "python":
      return 'import tracewire  # pip install tracewire\n\nwith tracewire.span("hello", kind="agent"): ...';
    case "typescript":
      return 'import { span } from "tracewire"; // npm install tracewire\n\nawait span("hello", { kind: "agent" }, async () => {});';
    default:
      return `# Any program that OpenTelemetry observes; nothing in it changes.\nexport OTEL_EXPORTER_OTLP_ENDPOINT=${location.origin}\nexport OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf`;
  }
}

/** What a program on another machine has to know. */
function away(way: Way): string | undefined {
  const address = `${location.origin}/v1/envelopes`;
  switch (way) {
    case "python":
      return `import tracewire\nfrom tracewire.exporters import HttpExporter\n\ntracewire.init(\n    mode="background",\n    exporters=[HttpExporter("${address}")],\n)`;
    case "typescript":
      return `import { HttpExporter, init } from "tracewire";\n\ninit({\n  mode: "background",\n  exporters: [new HttpExporter("${address}")],\n});`;
    default:
      return undefined;
  }
}

/** What to do where nothing was recorded yet. */
export function FirstTrace() {
  const [way, setWay] = useState<Way>("python");
  return (
    <div className="empty">
      <h2>Send your first trace</h2>
      <p>
        Two lines are enough for a program in this folder. Every step shows here while it runs, and stays if the program
        dies.
      </p>
      <Segments
        label="How"
        value={way}
        onChange={setWay}
        options={[
          ["python", "Python"],
          ["typescript", "TypeScript"],
          ["otlp", "OpenTelemetry"],
        ]}
      />
      <Snippet>{lines(way)}</Snippet>
      {away(way) !== undefined && (
        <>
          <p>From another machine, where it sends to:</p>
          <Snippet>{away(way) ?? ""}</Snippet>
        </>
      )}
      <p>
        Nothing arrives? <Link href="/live">Live</Link> shows what comes in this moment,{" "}
        <Link href="/health">Health</Link> who sends and what was lost.
      </p>
    </div>
  );
}

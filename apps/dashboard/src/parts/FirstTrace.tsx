import { useState } from "react";
import { Link } from "wouter";
import { Segments, Snippet } from "./Basics.tsx";

type Way = "python" | "typescript" | "otlp";

function lines(way: Way): string {
  const here = location.origin;
  switch (way) {
    case "python":
      return `# pip install tracewire\nimport tracewire\n\ntracewire.init(service="my-agent", exporters=[tracewire.HttpExporter("${here}/v1/envelopes")])\nwith tracewire.span("hello", kind="agent"): ...`;
    case "typescript":
      return `// npm install tracewire\nimport { HttpExporter, init, span } from "tracewire";\n\ninit({ service: "my-agent", exporters: [new HttpExporter("${here}/v1/envelopes")] });\nawait span("hello", { kind: "agent" }, async () => {});`;
    default:
      return `# Any program that OpenTelemetry observes; nothing in it changes.\nexport OTEL_EXPORTER_OTLP_ENDPOINT=${here}\nexport OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf`;
  }
}

/** What to do where nothing was recorded yet. */
export function FirstTrace() {
  const [way, setWay] = useState<Way>("python");
  return (
    <div className="empty">
      <h2>Send your first trace</h2>
      <p>Two lines in your program are enough. Every step shows here while it runs, and stays if the program dies.</p>
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
      <p>
        Nothing arrives? <Link href="/live">Live</Link> shows what comes in this moment,{" "}
        <Link href="/health">Health</Link> who sends and what was lost.
      </p>
    </div>
  );
}

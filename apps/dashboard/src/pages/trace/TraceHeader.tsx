import { Link } from "wouter";
import type { TraceDocument } from "../../api/types.ts";
import { Icon } from "../../design/Icon.tsx";
import { count, dayClock, duration, short, shortId } from "../../logic/format.ts";
import type { Layout } from "../../logic/layout.ts";
import { CopyButton, Cost, Data, Time } from "../../parts/Basics.tsx";
import { KindMark, outcomeOf, StatusMark } from "../../parts/Status.tsx";
import { Actions } from "./Actions.tsx";
import { Delete } from "./Delete.tsx";

/** The way back to the list. */
export function Back() {
  return (
    <Link className="button quiet square" href="/traces" aria-label="Back to the traces" title="Back to the traces">
      <Icon name="left" />
    </Link>
  );
}

/** What a trace is, in two lines, and what can be done with it. */
export function TraceHeader({
  document,
  layout,
  step,
  onReplay,
  replays,
}: {
  document: TraceDocument;
  layout: Layout;
  step: string | undefined;
  onReplay: () => void;
  replays: boolean;
}) {
  const root = document.nodes[0];
  const session = root?.body?.["session_id"];
  const services = [
    ...new Set(document.processes.map((process) => process.service).filter((service) => typeof service === "string")),
  ];
  return (
    <header className="trace-head">
      <div className="line">
        <Back />
        {root && <KindMark kind={root.kind} bare size={18} />}
        <h1 className="cut">
          <Data>{root?.name ?? shortId(document.trace_id)}</Data>
        </h1>
        {root && <StatusMark outcome={outcomeOf(root.state, root.status)} />}
        <span className="grow" />
        <button type="button" className="button" aria-pressed={replays} onClick={onReplay} title="Replay (r)">
          <Icon name="replay" size={14} />
          <span className="wide-only">Replay</span>
        </button>
        <Actions id={document.trace_id} step={step !== undefined && /^[0-9a-f]{16}$/.test(step) ? step : undefined} />
        <Delete id={document.trace_id} name={root?.name ?? shortId(document.trace_id)} steps={document.counts.spans} />
      </div>
      <dl className="facts-line">
        <div>
          <dt>took</dt>
          <dd>{document.counts.in_flight > 0 ? `${duration(layout.extent)}…` : duration(document.duration_nanos)}</dd>
        </div>
        <div>
          <dt>steps</dt>
          <dd>
            {count(document.counts.spans)}
            {document.counts.in_flight > 0 && (
              <span className="status in_flight"> {count(document.counts.in_flight)} in flight</span>
            )}
            {document.counts.abandoned > 0 && (
              <span className="status abandoned"> {count(document.counts.abandoned)} abandoned</span>
            )}
          </dd>
        </div>
        {document.usage && (
          <div>
            <dt>tokens</dt>
            <dd>
              {short(document.usage.input_tokens)} → {short(document.usage.output_tokens)}
              {document.usage.cache_read_input_tokens ? (
                <span className="faint"> ({short(document.usage.cache_read_input_tokens)} cached)</span>
              ) : null}
            </dd>
          </div>
        )}
        {document.cost && (
          <div>
            <dt>cost</dt>
            <dd>
              <Cost cost={document.cost} />
            </dd>
          </div>
        )}
        <div>
          <dt>started</dt>
          <dd>
            <Time at={document.start}>{dayClock(document.start, Date.now())}</Time>
          </dd>
        </div>
        {services.length > 0 && (
          <div>
            <dt>by</dt>
            <dd>
              <Data>{services.join(", ")}</Data>
            </dd>
          </div>
        )}
        {typeof session === "string" && (
          <div>
            <dt>session</dt>
            <dd>
              <Link className="link" href={`/sessions/one?id=${encodeURIComponent(session)}`}>
                <Data>{session}</Data>
              </Link>
            </dd>
          </div>
        )}
        <div className="id">
          <dt>id</dt>
          <dd className="mono line">
            {shortId(document.trace_id)}
            <CopyButton text={() => document.trace_id} label="Copy the trace's id" className="copy-small" />
          </dd>
        </div>
      </dl>
    </header>
  );
}

import type { ReactNode } from "react";
import { Link } from "wouter";
import { useSpan } from "../../api/queries.ts";
import type { Json, TraceDocument, TraceNode } from "../../api/types.ts";
import { Icon } from "../../design/Icon.tsx";
import { clockMillis, count, duration, percent, short } from "../../logic/format.ts";
import { guardVerdict, verdictSaid } from "../../logic/guards.ts";
import { isMap, textOf } from "../../logic/json.ts";
import { ancestors, type Layout } from "../../logic/layout.ts";
import { conversationOf } from "../../logic/messages.ts";
import { visible } from "../../logic/visible.ts";
import { CopyButton, Cost, Data, ProblemBox, Time } from "../../parts/Basics.tsx";
import { JsonTree } from "../../parts/JsonTree.tsx";
import { KindMark, outcomeOf, StatusMark } from "../../parts/Status.tsx";
import { Changes } from "./Changes.tsx";
import { CostPanel } from "./CostPanel.tsx";
import { Judgements } from "./Judgements.tsx";
import { Messages } from "./Messages.tsx";

type Tab = "said" | "changes" | "data" | "cost" | "raw";

const ODDITIES: Record<string, string> = {
  no_start: "Its start was not recorded.",
  several_starts: "It has several starts; the earliest counts.",
  several_ends: "It has several ends; the earliest counts.",
  late_events: "Something happened in it after its end.",
  clock_skew: "Clocks disagree about when it was.",
  cycle_broken: "Its parents ran in a circle, which was cut here.",
  erased: "A part of it was erased.",
  withheld: "A part of it is not in this copy.",
};

/** All that is known of one step. */
export function Inspector({
  document,
  layout,
  index,
  node,
  tab,
  onTab,
  onSelect,
  onClose,
}: {
  document: TraceDocument;
  layout: Layout;
  index: number;
  /** The step as it is to be shown: in a replay, as it was known then. */
  node: TraceNode;
  tab: string | undefined;
  onTab: (tab: string) => void;
  onSelect: (index: number) => void;
  onClose: () => void;
}) {
  const lacksBody = node.form === "span" && node.body === undefined && node.attributes === undefined;
  const whole = useSpan(document.trace_id, node.span_id ?? undefined, lacksBody);
  const full =
    lacksBody && whole.data !== undefined
      ? { ...whole.data, ...node, body: whole.data.body ?? null, attributes: whole.data.attributes ?? null }
      : node;
  const conversation = conversationOf(full);
  const isModel = node.kind === "llm";
  const isSpan = node.form === "span";
  const tabs: [Tab, string][] = [
    ["said", conversation === undefined ? "In and out" : "Messages"],
    ...(isModel ? ([["changes", "Changes"]] as [Tab, string][]) : []),
    ["data", "Attributes"],
    ...(isSpan && (isModel || node.usage) ? ([["cost", "Cost"]] as [Tab, string][]) : []),
    ["raw", "Raw"],
  ];
  const current = tabs.find(([name]) => name === tab)?.[0] ?? "said";
  return (
    <aside className="inspector" aria-label="Step">
      <header>
        <div className="line">
          <KindMark kind={isSpan ? node.kind : node.form} />
          <span className="grow" />
          {node.span_id && <CopyButton text={() => location.href} label="Copy the address of this step" />}
          <button
            type="button"
            className="button quiet square"
            onClick={onClose}
            aria-label="Close the step"
            title="Close (Esc)"
          >
            <Icon name="close" size={14} />
          </button>
        </div>
        <h2>
          <Data>{node.name ?? node.kind ?? node.form}</Data>
        </h2>
        <Facts node={node} extent={layout.extent} />
        {ancestors(layout, index).length > 0 && (
          <nav className="way" aria-label="Steps above">
            {ancestors(layout, index).map((above) => (
              <button key={above} type="button" className="link" onClick={() => onSelect(above)}>
                <Data>{layout.nodes[above]?.name ?? "?"}</Data>
              </button>
            ))}
          </nav>
        )}
      </header>
      <div className="tabs" role="tablist" aria-label="About the step">
        {tabs.map(([name, word]) => (
          <button key={name} type="button" role="tab" aria-selected={name === current} onClick={() => onTab(name)}>
            {word}
          </button>
        ))}
      </div>
      <div
        className="inspector-body"
        role="tabpanel"
        aria-label={tabs.find(([name]) => name === current)?.[1]}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        tabIndex={0}
      >
        {whole.isError && <ProblemBox error={whole.error} retry={() => void whole.refetch()} />}
        {current === "said" && (
          <>
            <Wrongs node={full} />
            {conversation === undefined ? (
              <InAndOut node={full} />
            ) : (
              <div className="stack">
                <Messages messages={conversation.given} />
                {conversation.answered.length > 0 && (
                  <>
                    <h3 className="divider">Answer</h3>
                    <Messages messages={conversation.answered} from={conversation.given.length} />
                  </>
                )}
                {node.state === "in_flight" && (
                  <p className="muted">
                    The answer is still being made{node.chunks ? `, ${count(node.chunks)} chunks so far` : ""}.
                  </p>
                )}
                {conversation.tools.length > 0 && (
                  <details>
                    <summary className="muted">{count(conversation.tools.length)} tools offered</summary>
                    <JsonTree value={conversation.tools} open={1} />
                  </details>
                )}
              </div>
            )}
            {isSpan && <Links node={full} />}
            {isSpan && <Judgements trace={document.trace_id} span={node.span_id ?? undefined} />}
          </>
        )}
        {current === "changes" && <Changes layout={layout} index={index} onSelect={onSelect} />}
        {current === "data" && <Attributes node={full} document={document} />}
        {current === "cost" && node.span_id && <CostPanel trace={document.trace_id} span={node.span_id} />}
        {current === "raw" && <Raw node={full} />}
      </div>
    </aside>
  );
}

function Facts({ node, extent }: { node: TraceNode; extent: number }) {
  const usage = node.usage ?? node.usage_total;
  return (
    <dl className="facts-line">
      {node.form === "span" && (
        <div>
          <dt className="unseen">Outcome</dt>
          <dd>
            <StatusMark outcome={outcomeOf(node.state, node.status)} />
          </dd>
        </div>
      )}
      {node.duration_nanos !== undefined && node.duration_nanos !== null && (
        <Fact name="took" title={`${percent(node.duration_nanos / extent)} of the trace`}>
          {duration(node.duration_nanos)}
        </Fact>
      )}
      {node.form === "span" && node.self_nanos > 0 && node.self_nanos !== node.duration_nanos && (
        <Fact name="itself">{duration(node.self_nanos)}</Fact>
      )}
      {node.time_to_first_chunk_nanos && <Fact name="first chunk">{duration(node.time_to_first_chunk_nanos)}</Fact>}
      {usage && (
        <Fact
          name="tokens"
          title={`${count(usage.input_tokens)} in, ${count(usage.cache_read_input_tokens ?? 0)} of them from a cache\n${count(usage.output_tokens)} out, ${count(usage.reasoning_output_tokens ?? 0)} of them reasoning`}
        >
          {short(usage.input_tokens)} → {short(usage.output_tokens)}
          {usage.cache_read_input_tokens ? (
            <span className="faint"> ({short(usage.cache_read_input_tokens)} cached)</span>
          ) : null}
        </Fact>
      )}
      {(node.cost ?? node.cost_total) && (
        <Fact name="cost">
          <Cost cost={node.cost ?? node.cost_total} />
        </Fact>
      )}
      <Fact name="at">
        <Time at={node.start}>{clockMillis(node.start)}</Time>
      </Fact>
    </dl>
  );
}

function Fact({ name, title, children }: { name: string; title?: string; children: ReactNode }) {
  return (
    <div title={title}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** What went wrong, and what does not add up. */
function Wrongs({ node }: { node: TraceNode }) {
  const exceptions = node.exceptions ?? [];
  return (
    <>
      {(node.oddities ?? []).map((oddity) => (
        <p className="note" key={oddity}>
          <Icon name="warning" size={14} />
          {ODDITIES[oddity] ?? visible(oddity)}
        </p>
      ))}
      {node.state === "abandoned" && (
        <p className="note">
          <Icon name="warning" size={14} />
          Its process is gone.{" "}
          {node.last_known ? `The last that is known of it is from ${clockMillis(node.last_known)}.` : ""}
        </p>
      )}
      {node.failed && exceptions.length === 0 && node.failure && (
        <div className="exception">
          <Data>{node.failure}</Data>
        </div>
      )}
      {exceptions.map((exception) => (
        <details className="exception" key={`${exception.time} ${exception.message}`} open>
          <summary>
            {exception.type && <strong className="data">{visible(exception.type)}</strong>}{" "}
            <Data>{exception.message ?? ""}</Data>
          </summary>
          {exception.stacktrace && (
            // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
            <pre className="data" tabIndex={0}>
              {visible(exception.stacktrace)}
            </pre>
          )}
        </details>
      ))}
    </>
  );
}

function InAndOut({ node }: { node: TraceNode }) {
  const body = node.body ?? {};
  const shown: [string, Json | undefined][] = [
    ["Input", body["input"]],
    ["Output", body["output"]],
    ["Data", body["data"]],
  ];
  const there = shown.filter((pair): pair is [string, Json] => pair[1] !== undefined && pair[1] !== null);
  const verdict = guardVerdict(node.attributes);
  const said = node.form === "log" ? (node.name ?? "") : verdict && verdictSaid(verdict);
  if (said !== undefined) {
    return (
      <p className={`said-text data${verdict?.decision === "stop" ? " bad" : ""}`} dir="auto">
        {visible(said)}
      </p>
    );
  }
  if (there.length === 0) {
    return (
      <p className="muted">
        {node.state === "in_flight"
          ? "Nothing was given to it so far that was recorded."
          : "Nothing was recorded of what went in and out."}
      </p>
    );
  }
  return (
    <div className="stack">
      {there.map(([name, value]) => (
        <section key={name}>
          <div className="line">
            <h3 className="divider grow">{name}</h3>
            <CopyButton
              text={() => (typeof value === "string" ? value : JSON.stringify(value, null, 2))}
              label={`Copy the ${name.toLowerCase()}`}
            />
          </div>
          {typeof value === "string" ? (
            <p className="said-text data" dir="auto">
              {visible(value)}
            </p>
          ) : (
            <JsonTree value={value} />
          )}
        </section>
      ))}
    </div>
  );
}

function Links({ node }: { node: TraceNode }) {
  const links = node.body?.["links"];
  if (!Array.isArray(links) || links.length === 0) {
    return null;
  }
  return (
    <section>
      <h3 className="divider">Links</h3>
      <ul className="links">
        {links.filter(isMap).map((link, index) => {
          const trace = textOf(link["trace_id"]) ?? "";
          const span = textOf(link["span_id"]);
          const isId = /^[0-9a-f]{32}$/.test(trace);
          return (
            // biome-ignore lint/suspicious/noArrayIndexKey: links do not move
            <li key={index}>
              {isId ? (
                <Link
                  href={`/traces/${trace}${span !== undefined && /^[0-9a-f]{16}$/.test(span) ? `?span=${span}` : ""}`}
                  className="link mono"
                >
                  {trace.slice(0, 8)}
                </Link>
              ) : (
                <Data>{trace}</Data>
              )}{" "}
              <Data className="muted">{textOf(link["relation"]) ?? "related"}</Data>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

function Attributes({ node, document }: { node: TraceNode; document: TraceDocument }) {
  const { input: _, output: __, data: ___, links: ____, ...rest } = node.body ?? {};
  const process = document.processes.find((one) => one.producers.includes(node.producer));
  const attributes = Object.entries(node.attributes ?? {});
  const more = Object.entries(rest);
  return (
    <div className="stack">
      {attributes.length === 0 && <p className="muted">It has no attributes.</p>}
      <Pairs pairs={attributes} />
      {more.length > 0 && (
        <>
          <h3 className="divider">Also recorded</h3>
          <Pairs pairs={more} />
        </>
      )}
      <h3 className="divider">Where</h3>
      <dl className="facts">
        <dt>Recorded by</dt>
        <dd className="data mono">{visible(node.producer)}</dd>
        {process && (
          <>
            <dt>Process</dt>
            <dd className="data">
              {visible(process.service ?? "")} {process.pid ? `pid ${process.pid}` : ""}{" "}
              {process.host ? `on ${visible(process.host)}` : ""} · {visible(process.state)}
            </dd>
          </>
        )}
        {node.span_id && (
          <>
            <dt>Span</dt>
            <dd className="data mono">{visible(node.span_id)}</dd>
          </>
        )}
      </dl>
    </div>
  );
}

function Pairs({ pairs }: { pairs: [string, Json][] }) {
  return (
    <dl className="pairs">
      {pairs.map(([name, value]) => (
        <div key={name}>
          <dt className="data mono">{visible(name)}</dt>
          <dd>
            <JsonTree value={value} open={1} />
          </dd>
        </div>
      ))}
    </dl>
  );
}

function Raw({ node }: { node: TraceNode }) {
  return (
    <section>
      <div className="line">
        <span className="grow muted">The step as the API gives it</span>
        <CopyButton text={() => JSON.stringify(node, null, 2)} label="Copy as JSON" />
      </div>
      <JsonTree value={node as unknown as Json} open={2} />
    </section>
  );
}

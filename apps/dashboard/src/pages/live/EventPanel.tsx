import { Link } from "wouter";
import type { Json } from "../../api/types.ts";
import { Icon } from "../../design/Icon.tsx";
import { saidBy } from "../../logic/said.ts";
import { Data } from "../../parts/Basics.tsx";
import { JsonTree } from "../../parts/JsonTree.tsx";
import { KindMark } from "../../parts/Status.tsx";
import { type Look, RowMark, Took, to } from "./columns.tsx";
import { type LiveRow, sayingOf } from "./rows.ts";

/** All that is known of a row: each of its events, as it came. */
export function EventPanel({ row, look, close }: { row: LiveRow; look: Look; close: () => void }) {
  const { event } = row.first;
  const events = [...new Set([row.first, row.update, row.end])].filter((one) => one !== undefined);
  return (
    <aside className="inspector" aria-label="Event">
      <header>
        <div className="line">
          {row.kind ? <KindMark kind={row.kind} /> : <code>{event.type}</code>}
          <span className="grow" />
          <button
            type="button"
            className="button quiet square"
            onClick={close}
            aria-label="Close the event"
            title="Close (Esc)"
          >
            <Icon name="close" size={14} />
          </button>
        </div>
        <h2>
          <Data>{(row.name ?? saidBy(sayingOf(row)).slice(0, 300)) || event.type}</Data>
        </h2>
        <div className="line">
          <RowMark row={row} look={look} />
          <span className="muted">
            <Took row={row} look={look} />
          </span>
          <span className="grow" />
          {event.trace_id && (
            <Link className="button" href={to(row)}>
              <Icon name="traces" size={14} />
              Open its trace
            </Link>
          )}
        </div>
      </header>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <div className="inspector-body" tabIndex={0}>
        {events.map((one) => (
          <section key={String(one.id)} aria-label={one.event.type}>
            <h3>{one.event.type}</h3>
            <JsonTree value={one as unknown as Json} open={4} />
          </section>
        ))}
      </div>
    </aside>
  );
}

import { diffWords } from "../../logic/diff.ts";
import { shortId } from "../../logic/format.ts";
import type { Layout } from "../../logic/layout.ts";
import type { Message } from "../../logic/messages.ts";
import { changedMessages, turnBefore } from "../../logic/turns.ts";
import { visible } from "../../logic/visible.ts";
import { MessageBox } from "./Messages.tsx";

function plain(message: Message): string | undefined {
  const [part] = message.parts;
  return message.parts.length === 1 && part?.kind === "text" ? part.text : undefined;
}

/** What a model was told that it was not told the turn before. */
export function Changes({
  layout,
  index,
  onSelect,
}: {
  layout: Layout;
  index: number;
  onSelect: (index: number) => void;
}) {
  const before = turnBefore(layout, index);
  const node = layout.nodes[index];
  const earlier = before === undefined ? undefined : layout.nodes[before];
  const changes = earlier === undefined || node === undefined ? undefined : changedMessages(earlier, node);
  if (before === undefined || earlier === undefined) {
    return <p className="muted">This is the first call of a model by this agent; there is no turn before it.</p>;
  }
  if (changes === undefined) {
    return <p className="muted">One of the two turns carries no messages that could be compared.</p>;
  }
  const same = changes.filter((change) => change.how === "same").length;
  const rows: React.ReactNode[] = [];
  for (let at = 0; at < changes.length; at++) {
    const change = changes[at];
    const next = changes[at + 1];
    if (change === undefined || change.how === "same") {
      continue;
    }
    const old = change.how === "removed" ? plain(change.item) : undefined;
    const fresh = next?.how === "added" && next.item.role === change.item.role ? plain(next.item) : undefined;
    if (old !== undefined && fresh !== undefined) {
      rows.push(
        <li key={at} className="message changed">
          <div className="role">
            {visible(change.item.role)} <span className="tag">changed</span>
          </div>
          <p className="said-text data" dir="auto">
            {diffWords(old, fresh).map((word, place) =>
              word.how === "same" ? (
                visible(word.item)
              ) : word.how === "added" ? (
                // biome-ignore lint/suspicious/noArrayIndexKey: words do not move
                <ins key={place}>{visible(word.item)}</ins>
              ) : (
                // biome-ignore lint/suspicious/noArrayIndexKey: words do not move
                <del key={place}>{visible(word.item)}</del>
              ),
            )}
          </p>
        </li>,
      );
      at++;
      continue;
    }
    rows.push(<MessageBox key={at} message={change.item} how={change.how} />);
  }
  return (
    <div className="stack">
      <p className="muted">
        Since{" "}
        <button type="button" className="link" onClick={() => onSelect(before)}>
          {visible(earlier.name ?? shortId(earlier.span_id ?? ""))}
        </button>
        : {same} {same === 1 ? "message is" : "messages are"} the same, {rows.length} {rows.length === 1 ? "is" : "are"}{" "}
        not.
      </p>
      <ol className="messages">{rows}</ol>
    </div>
  );
}

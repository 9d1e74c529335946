import { useState } from "react";
import { Icon } from "../../design/Icon.tsx";
import type { Message, Part } from "../../logic/messages.ts";
import { visible } from "../../logic/visible.ts";
import { JsonTree } from "../../parts/JsonTree.tsx";
import { Picture } from "../../parts/Picture.tsx";

/** From here on a message is folded until it is asked for. */
const LONG = 900;

/** A conversation, as it was said. */
export function Messages({ messages, from = 0 }: { messages: readonly Message[]; from?: number }) {
  return (
    <ol className="messages">
      {messages.map((message, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a conversation only grows at its end
        <MessageBox key={from + index} message={message} />
      ))}
    </ol>
  );
}

/** Who speaks, as a class: roles that nobody knows look alike. */
function roleClass(role: string): string {
  return ["system", "developer", "user", "assistant", "tool"].includes(role) ? role : "other";
}

/** One message. */
export function MessageBox({ message, how }: { message: Message; how?: "added" | "removed" | "same" }) {
  return (
    <li className={`message ${roleClass(message.role)}${how === undefined ? "" : ` ${how}`}`}>
      <div className="role">
        <span className="data">{visible(message.role)}</span>
        {message.name !== undefined && <span className="faint data"> {visible(message.name)}</span>}
        {how === "added" && <span className="tag">new</span>}
        {how === "removed" && <span className="tag">gone</span>}
      </div>
      {message.parts.length === 0 && <p className="faint">says nothing</p>}
      {message.parts.map((part, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a message do not move
        <PartBox key={index} part={part} />
      ))}
    </li>
  );
}

function PartBox({ part }: { part: Part }) {
  switch (part.kind) {
    case "text":
      return <Said text={part.text} />;
    case "reasoning":
      return (
        <details className="reasoning">
          <summary>Reasoning</summary>
          <Said text={part.text} />
        </details>
      );
    case "call":
      return (
        <div className="call">
          <div className="call-head">
            <Icon name="tool" size={13} />
            <code className="data">{visible(part.name)}</code>
            {part.id !== undefined && <span className="faint data cut">{visible(part.id)}</span>}
          </div>
          <JsonTree value={part.args} open={1} />
        </div>
      );
    case "result":
      return (
        <div className="call">
          <div className="call-head">
            <Icon name={part.failed ? "warning" : "check"} size={13} />
            <span>{part.failed ? "failed" : "result"}</span>
            {part.id !== undefined && <span className="faint data cut">{visible(part.id)}</span>}
          </div>
          {typeof part.result === "string" ? <Said text={part.result} /> : <JsonTree value={part.result} open={1} />}
        </div>
      );
    case "media":
      return <Picture media={part.media} />;
    case "gone":
      return <span className="tag">{part.words}</span>;
    default:
      return <JsonTree value={part.value} open={1} />;
  }
}

function Said({ text }: { text: string }) {
  const [whole, setWhole] = useState(false);
  const cut = !whole && text.length > LONG;
  return (
    <p className="said-text data" dir="auto">
      {visible(cut ? text.slice(0, LONG) : text)}
      {cut && (
        <>
          {"… "}
          <button type="button" className="link" onClick={() => setWhole(true)}>
            show all
          </button>
        </>
      )}
    </p>
  );
}

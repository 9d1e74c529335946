import type { TraceNode } from "../api/types.ts";
import { type Change, diffLists, stable } from "./diff.ts";
import type { Layout } from "./layout.ts";
import { conversationOf, type Message } from "./messages.ts";

/** The nearest agent above a node; −1 for none. */
function agentAbove(layout: Layout, index: number): number {
  let at = layout.parent[index] ?? -1;
  while (at >= 0 && layout.nodes[at]?.kind !== "agent") {
    at = layout.parent[at] ?? -1;
  }
  return at;
}

/** The model call before this one by the same agent: the turn that its conversation goes on from. */
export function turnBefore(layout: Layout, index: number): number | undefined {
  const agent = agentAbove(layout, index);
  for (let before = index - 1; before >= 0; before--) {
    const node = layout.nodes[before] as TraceNode;
    if (node.form === "span" && node.kind === "llm" && agentAbove(layout, before) === agent) {
      return before;
    }
  }
  return undefined;
}

/** How what a model was given differs from what it was given and answered the turn before. */
export function changedMessages(before: TraceNode, after: TraceNode): Change<Message>[] | undefined {
  const a = conversationOf(before);
  const b = conversationOf(after);
  if (a === undefined || b === undefined) {
    return undefined;
  }
  return diffLists([...a.given, ...a.answered], b.given, (x, y) => stable(x.raw) === stable(y.raw));
}

import type { TraceDocument } from "../api/types.ts";

const haystacks = new WeakMap<TraceDocument, string[]>();

/** What each node says, in lower case; made once for a document, when it is first searched. */
function haystackOf(document: TraceDocument): string[] {
  const known = haystacks.get(document);
  if (known !== undefined) {
    return known;
  }
  const made = document.nodes.map((node) =>
    [
      node.name,
      node.kind,
      node.failure,
      node.span_id,
      JSON.stringify(node.attributes ?? ""),
      JSON.stringify(node.body ?? ""),
    ]
      .filter(Boolean)
      .join("\n")
      .toLowerCase(),
  );
  haystacks.set(document, made);
  return made;
}

/** The nodes that hold a text, in order. */
export function find(document: TraceDocument, needle: string): number[] {
  const wanted = needle.trim().toLowerCase();
  if (wanted === "") {
    return [];
  }
  return haystackOf(document).flatMap((text, index) => (text.includes(wanted) ? [index] : []));
}

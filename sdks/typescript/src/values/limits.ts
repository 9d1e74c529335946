/** Bounds of one record (requirements TW-LIM of the specification); what they are stands in every journal's header. */
export interface Limits {
  /** Deepest nesting of lists and maps inside one value. */
  readonly depth: number;
  /** Most values (scalars, lists, maps, keys) inside one record. */
  readonly nodes: number;
  /** Longest text or byte string, in bytes of UTF-8; what is longer is cut. */
  readonly textBytes: number;
  /** Largest record, in bytes of CBOR; values beyond it are cut. */
  readonly recordBytes: number;
}

/** The specification's. */
export const DEFAULT_LIMITS: Limits = { depth: 64, nodes: 50_000, textBytes: 1 << 20, recordBytes: 4 << 20 };

/**
 * The bounds of a walker, from limits by their names on the wire; what is not named is the specification's.
 *
 * @param given - `depth`, `nodes`, `text_bytes`, `record_bytes`; other names are passed over.
 */
export function limitsOf(given: Readonly<Record<string, number>> | undefined): Limits {
  return {
    depth: given?.["depth"] ?? DEFAULT_LIMITS.depth,
    nodes: given?.["nodes"] ?? DEFAULT_LIMITS.nodes,
    textBytes: given?.["text_bytes"] ?? DEFAULT_LIMITS.textBytes,
    recordBytes: given?.["record_bytes"] ?? DEFAULT_LIMITS.recordBytes,
  };
}

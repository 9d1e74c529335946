/**
 * What the page and its worker say to each other. Each answer carries the number of the request that it belongs to.
 *
 * @module
 */
import type { Detail, Summary } from "../model/rows.ts";
import type { Finding, Format, Report } from "./engine.ts";

export type Request =
  | { readonly id: number; readonly kind: "open"; readonly bytes: Uint8Array; readonly format: Format }
  | { readonly id: number; readonly kind: "detail"; readonly trace: number; readonly row: number }
  | { readonly id: number; readonly kind: "encode"; readonly what: What; readonly form: Form }
  | { readonly id: number; readonly kind: "tokens"; readonly what: What; readonly form: Form };

/** The recording as it came, or each of its events with its content in place. */
export type What = "given" | "events";
/** A format, or JSON with line breaks and indentation. */
export type Form = Format | "pretty";

export const FORMS: readonly Form[] = ["json", "pretty", "jsonl", "toon", "csv", "proto"];

export interface Opened {
  /** Nothing was given. */
  readonly isEmpty?: boolean;
  /** The validator is being loaded: another answer follows. */
  readonly isPending: boolean;
  readonly report: Report | undefined;
  /** Why nothing could be validated. */
  readonly problem: string | undefined;
  readonly traces: readonly Summary[];
  /**
   * In the second answer in place of traces, which are those of the first: how many findings each row has, where
   * it has any.
   */
  readonly found?: readonly (readonly (readonly [row: number, count: number])[])[];
  readonly envelopes: number;
  readonly events: number;
  readonly producers: number;
  readonly passedOver: number;
  /** Why the trace is only what could be read of it, where that is so. */
  readonly partial: string | undefined;
  /** For each finding, the line to jump to, and the step that it is about. */
  readonly jumps: readonly { readonly line: number | undefined; readonly trace: number; readonly row: number }[];
  readonly millis: number;
}

export type Answer =
  | { readonly id: number; readonly kind: "opened"; readonly opened: Opened }
  | { readonly id: number; readonly kind: "detail"; readonly detail: Detail }
  | { readonly id: number; readonly kind: "encoded"; readonly bytes: Uint8Array }
  | { readonly id: number; readonly kind: "tokens"; readonly tokens: number }
  | { readonly id: number; readonly kind: "failed"; readonly message: string };

export type { Detail, Finding, Summary };

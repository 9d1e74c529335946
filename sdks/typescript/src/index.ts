/**
 * The flight recorder for AI agents: every step on your own disk before the call returns.
 *
 * @packageDocumentation
 */

export * as envelopes from "./envelopes.ts";
export {
  BudgetExceeded,
  FormatError,
  type FormatPlace,
  GuardStop,
  LoopDetected,
  TracewireError,
} from "./errors.ts";
export {
  type Batch,
  type Exporter,
  RetryLater,
  Undeliverable,
  type WireEnvelope,
  type WireEvent,
} from "./exporters/base.ts";
export { ConsoleExporter, type ConsoleOptions } from "./exporters/console.ts";
export { CsvExporter, type CsvOptions } from "./exporters/csv.ts";
export type { ExporterReport } from "./exporters/delivery.ts";
export {
  JsonExporter,
  type JsonOptions,
  type Target,
  type TextStream,
  ToonExporter,
  type ToonOptions,
} from "./exporters/documents.ts";
export { type FileOptions, JsonLinesExporter } from "./exporters/files.ts";
export { HttpExporter, type HttpOptions } from "./exporters/http.ts";
export type { ExporterConfig } from "./exporters/make.ts";
export {
  OpenTelemetryExporter,
  type OpenTelemetryOptions,
  type OpenTelemetryTarget,
} from "./exporters/opentelemetry.ts";
export type { HeadersSetting, PostOptions } from "./exporters/post.ts";
export type {
  HrTime,
  ReadableSpanLike,
  SpanContextLike,
  SpanProcessorLike,
  TracerProviderLike,
  TraceStateLike,
} from "./exporters/readable.ts";
export {
  type ConvertOptions,
  convert,
  type Data,
  type DecodeOptions,
  type Delimiter,
  decode,
  type EncodeOptions,
  encode,
  FORMATS,
  type Format,
  Tag,
  type TextFormat,
} from "./formats/index.ts";
export { type CountOptions, countTokens } from "./formats/tokens.ts";
export { type Finding, Report, type Summary, type ValidateOptions, validate } from "./formats/validation.ts";
export * as manual from "./manual.ts";
export type * from "./protocols/a2a.generated.ts";
export type * from "./protocols/a2a.ts";
export type * from "./protocols/ap2.generated.ts";
export type * from "./protocols/ap2.ts";
export type * from "./protocols/mcp.generated.ts";
export type * from "./protocols/mcp.ts";
export type { EventOptions, Open, ProtocolEvents } from "./protocols/protocol.ts";
export type { AttributeName, KnownAttributes } from "./protocols/registry.generated.ts";
export * as registry from "./protocols/registry.generated.ts";
export {
  Analytics,
  type Group,
  type GroupBy,
  type GroupOptions,
  type Percentile,
  type Point,
  type PointOptions,
  type Selection,
  type Totals,
} from "./recording/analytics.ts";
export type { Capture, CaptureField } from "./recording/capture.ts";
export { Client } from "./recording/client.ts";
export type {
  BrowserOptions,
  ClientOptions,
  Detector,
  ExporterSetting,
  Mode,
  RedactionRule,
} from "./recording/config.ts";
export { SpanContext } from "./recording/context.ts";
export type { Decorator, MethodContext, Wrapper } from "./recording/decorators.ts";
export {
  attach,
  currentContext,
  currentSpan,
  flush,
  getClient,
  getTrace,
  init,
  inject,
  injectEnvironment,
  query,
  shutdown,
  span,
  startSpan,
  stats,
  trace,
} from "./recording/default.ts";
export type { EventDictionary } from "./recording/dictionary.ts";
export type * from "./recording/fields.ts";
export * from "./recording/functions.ts";
export type {
  Budget,
  GuardLevel,
  GuardStatus,
  Guards,
  GuardsView,
  Loops,
  Rate,
} from "./recording/guards.ts";
export type { HistogramSamples } from "./recording/metrics.ts";
export {
  EventId,
  type Feedback,
  type Instrument,
  type Level,
  type LogFields,
  type LogLevel,
  type MetricFields,
  type MetricValue,
  type PointFields,
} from "./recording/points.ts";
export { extract } from "./recording/propagation.ts";
export type { Moment, Page, Query, Row, TraceId } from "./recording/query.ts";
export type { FlushReport, Stats } from "./recording/report.ts";
export type { Sampling, Tail } from "./recording/sampling.ts";
export { type OpenSession, Session, type SessionOptions } from "./recording/session.ts";
export { type EventFields, Span } from "./recording/span.ts";
export type { Body } from "./recording/steps.ts";
export { type OpenStream, Stream } from "./recording/stream.ts";
export type { FeedbackTarget } from "./recording/targets.ts";
export { Trace, TraceNode, type Wanted } from "./recording/trace.ts";
export type { Rule, Verdict } from "./recording/verdict.ts";
export type { AnyClass, AnyFunction, ObserveOptions, WrapOptions } from "./recording/wrap.ts";
export type { Mask } from "./recording/writing.ts";
export { MemoryStore, Store, type StoredEvent } from "./store/store.ts";

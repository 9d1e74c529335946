import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { MOST_VALUES } from "../logic/facets.ts";
import { getJson, type Query } from "./client.ts";
import type {
  Comparison,
  CostExplained,
  Facets,
  Groups,
  Health,
  Judgement,
  LocatedEvent,
  Overview,
  Page,
  Producer,
  SearchRow,
  Series,
  SessionRow,
  Stage,
  TraceDocument,
  TraceNode,
  TraceRow,
} from "./types.ts";

/** A resource, asked for again when it is stale. */
export function useResource<T>(path: string, query: Query = {}, options: { every?: number; when?: boolean } = {}) {
  return useQuery({
    queryKey: [path, query],
    queryFn: ({ signal }) => getJson<T>(path, query, signal),
    placeholderData: keepPreviousData,
    enabled: options.when ?? true,
    refetchInterval: options.every ?? false,
  });
}

/** A list that grows as it is read. */
export function usePages<T>(path: string, query: Query, options: { when?: boolean; every?: number } = {}) {
  return useInfiniteQuery({
    queryKey: [path, "pages", query],
    queryFn: ({ pageParam, signal }) => getJson<Page<T>>(path, { limit: 100, ...query, cursor: pageParam }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next ?? undefined,
    placeholderData: keepPreviousData,
    enabled: options.when ?? true,
    refetchInterval: options.every ?? false,
  });
}

const one = encodeURIComponent;

export const useTraces = (query: Query, when = true) => usePages<TraceRow>("/traces", query, { when });
/** Traces in which something is open, again and again: a process that dies says nothing. */
export const useOpenTraces = (service: string | undefined, isMoving: boolean) =>
  useResource<Page<TraceRow>>("/traces", { open: true, limit: 100, service }, isMoving ? { every: 10_000 } : {});
export const useSearchSteps = (query: Query, when = true) => usePages<SearchRow>("/search", query, { when });
export const useSessions = (query: Query) => usePages<SessionRow>("/sessions", query);
export const useFeedback = (query: Query, when = true) => usePages<Judgement>("/feedback", query, { when });

/** A trace in full; while something in it is open, it is asked for again. */
export function useTrace(id: string) {
  return useQuery({
    queryKey: ["trace", id],
    queryFn: ({ signal }) => getJson<TraceDocument>(`/traces/${one(id)}`, {}, signal),
    refetchInterval: (query) => ((query.state.data?.counts.in_flight ?? 0) > 0 ? 2_000 : false),
  });
}

export const useTraceEvents = (id: string, when: boolean) =>
  usePages<LocatedEvent>(`/traces/${one(id)}/events`, {}, { when });
export const useSpan = (trace: string, span: string | undefined, when: boolean) =>
  useResource<TraceNode>(`/traces/${one(trace)}/spans/${one(span ?? "")}`, {}, { when: when && span !== undefined });
export const useCost = (trace: string, span: string | undefined, when: boolean) =>
  useResource<CostExplained>(
    `/traces/${one(trace)}/spans/${one(span ?? "")}/cost`,
    {},
    { when: when && span !== undefined },
  );
export const useSession = (id: string) =>
  useResource<{ session: SessionRow; traces: TraceRow[] }>(`/sessions/${one(id)}`);
export const useComparison = (a: string, b: string) =>
  useResource<Comparison>("/compare", { a, b }, { when: a !== "" && b !== "" });
export const useFacets = (query: Query = {}) => useResource<Facets>("/facets", { ...query, limit: MOST_VALUES + 1 });
export const useSeries = (query: Query, every?: number) =>
  useResource<Series>("/analytics/series", query, every === undefined ? {} : { every });
export const useGroups = (query: Query) => useResource<Groups>("/analytics/groups", query);
export const useStages = (query: Query) => useResource<{ items: Stage[] }>("/analytics/stages", query);
export const useOverview = (query: Query) => useResource<Overview>("/analytics/overview", query);
export const useProducers = () => useResource<{ items: Producer[] }>("/producers", {}, { every: 5_000 });
export const useHealth = () => useResource<Health>("/health", {}, { every: 15_000 });

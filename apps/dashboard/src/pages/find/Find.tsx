import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { ask, getJson } from "../../api/client.ts";
import { Problem } from "../../api/problem.ts";
import type { Page, TraceRow } from "../../api/types.ts";
import { Top } from "../../app/Shell.tsx";
import { go } from "../../app/url.ts";
import { ProblemBox, Skeleton } from "../../parts/Basics.tsx";

/** Where an id leads: to its trace, or to the step in its trace. */
async function lead(id: string): Promise<string> {
  if (id.length === 16) {
    const found = await getJson<Page<TraceRow>>("/find", { span: id });
    const row = found.items[0];
    if (row !== undefined) {
      return `/traces/${row.trace_id}?span=${id}`;
    }
  }
  if (id.length === 32) {
    await ask(`/traces/${encodeURIComponent(id)}`);
    return `/traces/${id}`;
  }
  const rows = await getJson<Page<TraceRow>>("/find", { trace: id, limit: 1 });
  const row = rows.items[0];
  if (row === undefined) {
    throw new Problem(
      404,
      "id_not_found",
      "Nothing has this id",
      `No trace begins with ${id}, and no step is called so.`,
      undefined,
    );
  }
  return `/traces/${row.trace_id}`;
}

/** A page that is only passed through: from an id to what it names. */
export function Find({ id }: { id: string }) {
  const found = useQuery({ queryKey: ["lead", id], queryFn: () => lead(id.toLowerCase()) });
  useEffect(() => {
    if (found.data !== undefined) {
      go(found.data, { replace: true });
    }
  }, [found.data]);
  return (
    <>
      <Top title={`Looking for ${id}`} />
      <div className="scroll">
        {found.isError ? <ProblemBox error={found.error} retry={() => void found.refetch()} /> : <Skeleton rows={3} />}
      </div>
    </>
  );
}

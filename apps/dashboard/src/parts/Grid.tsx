import { columnVisibilityFeature, createColumnHelper, tableFeatures, useTable } from "@tanstack/react-table";
import { useVirtualizer } from "@tanstack/react-virtual";
import { type ReactNode, useCallback, useEffect, useLayoutEffect, useMemo, useRef } from "react";
import { useKeys } from "../app/keys.ts";

/** A column of a list. */
export type Column<T> = {
  id: string;
  head: string;
  /** A track of a CSS grid, such as `minmax(200px, 3fr)`. */
  width: string;
  end?: boolean;
  cell: (row: T) => ReactNode;
  /** Only shown when asked for. */
  hidden?: boolean;
};

const features = tableFeatures({ columnVisibilityFeature });

/**
 * A list of any length: only what is seen is drawn. j and k move, Enter opens, the end asks for more.
 * The rows are a grid for screen readers too; on a phone each is two lines.
 */
export function Grid<T extends object>({
  label,
  columns,
  rows,
  rowKey,
  selected,
  onSelect,
  onOpen,
  onEnd,
  small,
  shown,
  fresh,
  width,
  isAnchored = false,
}: {
  label: string;
  columns: readonly Column<T>[];
  rows: readonly T[];
  rowKey: (row: T) => string;
  selected: string | undefined;
  onSelect: (key: string) => void;
  onOpen: (row: T) => void;
  onEnd?: () => void;
  /** The row on a phone; without it, columns stay and the list scrolls sideways. */
  small?: ((row: T) => ReactNode) | undefined;
  shown?: { [column: string]: boolean };
  fresh?: ReadonlySet<string>;
  /** The least width in pixels before it scrolls sideways. */
  width?: number;
  /** Rows that come above what is looked at do not move it. */
  isAnchored?: boolean;
}) {
  const scroller = useRef<HTMLDivElement>(null);
  const isPhone = useNarrow() && small !== undefined;
  const helper = useMemo(() => createColumnHelper<typeof features, T>(), []);
  const definitions = useMemo(
    () =>
      columns.map((column) =>
        helper.display({ id: column.id, header: column.head, cell: ({ row }) => column.cell(row.original) }),
      ),
    [columns, helper],
  );
  const visibility = useMemo(
    () => Object.fromEntries(columns.map((column) => [column.id, shown?.[column.id] ?? !column.hidden])),
    [columns, shown],
  );
  const table = useTable({
    features,
    columns: definitions,
    data: rows as T[],
    getRowId: (row) => rowKey(row),
    state: { columnVisibility: visibility },
  });
  const model = table.getRowModel().rows;
  const byId = useMemo(() => new Map(columns.map((column) => [column.id, column])), [columns]);
  const drawn = table
    .getVisibleLeafColumns()
    .map((column) => byId.get(column.id))
    .filter((column) => column !== undefined);
  const tracks = drawn.map((column) => column.width).join(" ");
  const height = isPhone ? 62 : 36;
  const virtualizer = useVirtualizer({
    count: model.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => height,
    overscan: 12,
    getItemKey: (index) => model[index]?.id ?? index,
    scrollPaddingStart: 34,
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new height is what changes
  useEffect(() => virtualizer.measure(), [height]);
  // The first row that is seen, and where it was.
  const anchor = useRef<{ id: string; index: number } | undefined>(undefined);
  useLayoutEffect(() => {
    const list = scroller.current;
    if (!isAnchored || list === null) {
      return;
    }
    const before = anchor.current;
    if (before !== undefined && list.scrollTop > 0 && model[before.index]?.id !== before.id) {
      const index = model.findIndex((row) => row.id === before.id);
      if (index >= 0) {
        list.scrollTop += (index - before.index) * height;
      }
    }
    const index = Math.floor(list.scrollTop / height);
    const first = model[index];
    anchor.current = first === undefined ? undefined : { id: first.id, index };
  });
  const items = virtualizer.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (onEnd !== undefined && model.length > 0 && last >= model.length - 15) {
      onEnd();
    }
  }, [last, model.length, onEnd]);

  const move = useCallback(
    (by: number) => {
      const at = model.findIndex((row) => row.id === selected);
      const next = Math.max(0, Math.min(model.length - 1, at < 0 ? (by > 0 ? 0 : model.length - 1) : at + by));
      const row = model[next];
      if (row !== undefined) {
        virtualizer.scrollToIndex(next);
        onSelect(row.id);
      }
    },
    [model, selected, onSelect, virtualizer],
  );
  useKeys({
    j: () => move(1),
    k: () => move(-1),
    ArrowDown: () => move(1),
    ArrowUp: () => move(-1),
    PageDown: () => move(15),
    PageUp: () => move(-15),
    Home: () => move(-model.length),
    End: () => move(model.length),
    Enter: () => {
      const row = model.find((one) => one.id === selected);
      if (row !== undefined) {
        onOpen(row.original);
      }
    },
  });

  return (
    <div
      className="grid"
      ref={scroller}
      role="grid"
      aria-label={label}
      aria-rowcount={rows.length + 1}
      tabIndex={0}
      style={
        {
          "--columns": tracks,
          ...(width === undefined || isPhone ? {} : { "--table-width": `max(100%, ${width}px)` }),
        } as React.CSSProperties
      }
    >
      {!isPhone && (
        <div className="grid-head" role="row" aria-rowindex={1}>
          {drawn.map((column) => (
            <div key={column.id} role="columnheader" className={column.end ? "end" : undefined}>
              {column.head}
            </div>
          ))}
        </div>
      )}
      <div className="grid-body" role="presentation" style={{ height: virtualizer.getTotalSize() }}>
        {items.map((item) => {
          const row = model[item.index];
          if (row === undefined) {
            return null;
          }
          return (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are the grid's
            <div
              key={row.id}
              className={`grid-row${isPhone ? " small" : ""}${fresh?.has(row.id) ? " fresh" : ""}`}
              role="row"
              aria-rowindex={item.index + 2}
              aria-selected={row.id === selected}
              style={{ transform: `translateY(${item.start}px)` }}
              onClick={(event) => {
                // Links keep what links do: a new tab, a copied address.
                if (
                  (event.target as HTMLElement).closest("a, button, input") === null &&
                  String(getSelection()) === ""
                ) {
                  onSelect(row.id);
                  onOpen(row.original);
                }
              }}
            >
              {isPhone ? (
                <div role="gridcell">{small?.(row.original)}</div>
              ) : (
                drawn.map((column) => (
                  <div
                    key={column.id}
                    role="gridcell"
                    className={`${column.end ? "end" : ""} ${column.id === "name" ? "name" : ""}`}
                  >
                    {column.cell(row.original)}
                  </div>
                ))
              )}
            </div>
          );
        })}
      </div>
    </div>
  );
}

/** Whether the page is as narrow as a phone. */
export function useNarrow(query = "(max-width: 640px)"): boolean {
  return useMedia(query);
}

import { useSyncExternalStore } from "react";

function useMedia(query: string): boolean {
  const media = useMemo(() => window.matchMedia(query), [query]);
  return useSyncExternalStore(
    (changed) => {
      media.addEventListener("change", changed);
      return () => media.removeEventListener("change", changed);
    },
    () => media.matches,
  );
}

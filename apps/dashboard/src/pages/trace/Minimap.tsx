import { useEffect, useRef, useState } from "react";
import { useTheme } from "../../app/theme.ts";
import { colourOf } from "../../logic/kinds.ts";
import type { Layout } from "../../logic/layout.ts";
import type { Window } from "./Timeline.tsx";

/** The whole trace, small: where it is busy, where it failed, and which part is looked at. Drag to look closer. */
export function Minimap({
  layout,
  marked,
  window,
  onWindow,
}: {
  layout: Layout;
  /** Steps that are marked: those of a loop. */
  marked: ReadonlyMap<number, number>;
  window: Window;
  onWindow: (window: Window | undefined) => void;
}) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [drag, setDrag] = useState<[number, number] | undefined>();
  const { dark } = useTheme();
  // biome-ignore lint/correctness/useExhaustiveDependencies: colours follow the theme
  useEffect(() => {
    const target = canvas.current;
    if (target === null) {
      return;
    }
    const paint = () => draw(target, layout, marked);
    paint();
    const observer = new ResizeObserver(paint);
    observer.observe(target);
    return () => observer.disconnect();
  }, [layout, marked, dark]);
  const timeAt = (clientX: number, box: DOMRect) =>
    Math.max(0, Math.min(1, (clientX - box.left) / box.width)) * layout.extent;
  const looked: Window = drag === undefined ? window : { from: Math.min(...drag), to: Math.max(...drag) };
  const share = (nanos: number) => `${(nanos / layout.extent) * 100}%`;
  const isPart = looked.from > 0 || looked.to < layout.extent;
  return (
    <div
      className="minimap"
      aria-hidden="true"
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        const at = timeAt(event.clientX, event.currentTarget.getBoundingClientRect());
        setDrag([at, at]);
      }}
      onPointerMove={(event) => {
        if (drag !== undefined) {
          setDrag([drag[0], timeAt(event.clientX, event.currentTarget.getBoundingClientRect())]);
        }
      }}
      onPointerUp={() => {
        if (drag !== undefined) {
          const wide = Math.abs(drag[1] - drag[0]);
          onWindow(wide < layout.extent / 200 ? undefined : { from: Math.min(...drag), to: Math.max(...drag) });
        }
        setDrag(undefined);
      }}
    >
      <canvas ref={canvas} />
      {isPart && (
        <>
          <i className="shade" style={{ left: 0, width: share(looked.from) }} />
          <i className="shade" style={{ left: share(looked.to), right: 0 }} />
          <i className="frame" style={{ left: share(looked.from), width: share(looked.to - looked.from) }} />
        </>
      )}
    </div>
  );
}

function draw(canvas: HTMLCanvasElement, layout: Layout, marked: ReadonlyMap<number, number>): void {
  const ratio = devicePixelRatio || 1;
  const width = Math.max(1, Math.round(canvas.clientWidth * ratio));
  const height = Math.max(1, Math.round(canvas.clientHeight * ratio));
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext("2d");
  if (context === null) {
    return;
  }
  const colours = new Map<string, string>();
  const probe = document.createElement("i");
  canvas.parentElement?.append(probe);
  const resolved = (colour: string) => {
    const known = colours.get(colour);
    if (known !== undefined) {
      return known;
    }
    probe.style.color = colour;
    const found = getComputedStyle(probe).color;
    colours.set(colour, found);
    return found;
  };
  const spans = layout.nodes.filter((node) => node.form === "span").length;
  const pad = 4 * ratio;
  const step = (height - pad * 2) / Math.max(1, spans);
  const thick = Math.max(1, Math.min(3 * ratio, step * 0.75));
  let row = 0;
  for (let index = 0; index < layout.nodes.length; index++) {
    const node = layout.nodes[index];
    if (node?.form !== "span") {
      continue;
    }
    const from = ((layout.start[index] ?? 0) / layout.extent) * width;
    const to = ((layout.end[index] ?? 0) / layout.extent) * width;
    context.globalAlpha = node.failed ? 1 : (layout.children[index] ?? 0) > 0 ? 0.4 : 0.85;
    context.fillStyle = resolved(node.failed ? "var(--error)" : colourOf(node.kind));
    context.fillRect(
      from,
      pad + row * step,
      Math.max(ratio, to - from),
      node.failed ? Math.max(thick, 2 * ratio) : thick,
    );
    row++;
  }
  context.globalAlpha = 1;
  context.fillStyle = resolved("var(--warn)");
  for (const index of marked.keys()) {
    const from = ((layout.start[index] ?? 0) / layout.extent) * width;
    const to = ((layout.end[index] ?? 0) / layout.extent) * width;
    // A gap between one step and the next: they are counted with the eye.
    context.fillRect(from, height - 3 * ratio, Math.max(ratio, to - from - ratio), 3 * ratio);
  }
  probe.remove();
}

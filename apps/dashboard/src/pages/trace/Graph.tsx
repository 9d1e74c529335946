import "@xyflow/react/dist/base.css";
import { layout as arrange, Graph as Dagre } from "@dagrejs/dagre";
import {
  Background,
  BaseEdge,
  Controls,
  type Edge,
  type EdgeProps,
  Handle,
  MarkerType,
  type Node,
  type NodeProps,
  Position,
  ReactFlow,
} from "@xyflow/react";
import { useMemo } from "react";
import { type Actor, actorsOf } from "../../logic/agents.ts";
import { count, duration, short } from "../../logic/format.ts";
import type { Layout } from "../../logic/layout.ts";
import { oneLine } from "../../logic/visible.ts";
import { KindMark } from "../../parts/Status.tsx";

const WIDTH = 210;
const HEIGHT = 66;

type ActorNode = Node<{ actor: Actor; down: boolean }, "actor">;

function ActorBox({ data: { actor, down }, selected }: NodeProps<ActorNode>) {
  return (
    <div className={`actor${selected ? " chosen" : ""}${actor.failed > 0 ? " failed" : ""}`}>
      <Handle type="target" position={down ? Position.Top : Position.Left} isConnectable={false} />
      <div className="line">
        <KindMark kind={actor.kind} bare />
        <strong className="data cut grow">{oneLine(actor.name, 60)}</strong>
        {actor.calls > 1 && <span className="faint">×{count(actor.calls)}</span>}
      </div>
      <div className="line faint">
        <span>{duration(actor.nanos)}</span>
        {actor.tokens > 0 && <span>{short(actor.tokens)} tokens</span>}
        {actor.failed > 0 && <span className="bad">{count(actor.failed)} failed</span>}
        {actor.open > 0 && <span className="status in_flight">{count(actor.open)} open</span>}
      </div>
      <Handle type="source" position={down ? Position.Bottom : Position.Right} isConnectable={false} />
    </div>
  );
}

const nodeTypes = { actor: ActorBox };

type Place = { x: number; y: number };
type Way = Edge<{ points: Place[]; down: boolean }, "way">;

/** A line along the way that was found for it, around the boxes between. */
function WayLine({ data, label, markerEnd, sourceX, sourceY, targetX, targetY }: EdgeProps<Way>) {
  const inner = (data?.points ?? []).slice(1, -1);
  const all: Place[] = [{ x: sourceX, y: sourceY }, ...inner, { x: targetX, y: targetY }];
  let path = `M${sourceX} ${sourceY}`;
  for (let at = 1; at < all.length; at++) {
    const from = all[at - 1] as Place;
    const to = all[at] as Place;
    if (data?.down === true) {
      const half = (from.y + to.y) / 2;
      path += ` C${from.x} ${half} ${to.x} ${half} ${to.x} ${to.y}`;
    } else {
      const half = (from.x + to.x) / 2;
      path += ` C${half} ${from.y} ${half} ${to.y} ${to.x} ${to.y}`;
    }
  }
  const middle = all[Math.floor(all.length / 2)] as Place;
  const before = all[Math.floor(all.length / 2) - 1] as Place;
  const place = all.length % 2 === 1 ? middle : { x: (middle.x + before.x) / 2, y: (middle.y + before.y) / 2 };
  return (
    <BaseEdge
      path={path}
      {...(markerEnd === undefined ? {} : { markerEnd })}
      {...(label === undefined ? {} : { label, labelX: place.x, labelY: place.y })}
    />
  );
}

const edgeTypes = { way: WayLine };

/** Who called whom: agents, models and tools, each once, with how often and how long. */
export function Graph({ layout, onSelect }: { layout: Layout; onSelect: (index: number) => void }) {
  // Where there is more height than width it grows downwards.
  const down = window.innerWidth <= 640;
  const { nodes, edges, left } = useMemo(() => arranged(layout, down), [layout, down]);
  return (
    <div className="graph">
      <ReactFlow
        nodes={nodes}
        edges={edges}
        nodeTypes={nodeTypes}
        edgeTypes={edgeTypes}
        onNodeClick={(_, node) => onSelect(node.data.actor.first)}
        fitView
        // What is too small to be read helps nobody: on a phone the rest is a finger's way off.
        fitViewOptions={{ padding: 0.15, maxZoom: 1.1, minZoom: down ? 0.62 : 0.2 }}
        minZoom={0.2}
        nodesDraggable={false}
        nodesConnectable={false}
        edgesFocusable={false}
        attributionPosition="bottom-left"
        aria-label="Who called whom"
      >
        <Background gap={22} size={1} color="var(--line-strong)" />
        <Controls showInteractive={false} position="bottom-right" />
      </ReactFlow>
      {left > 0 && <p className="note graph-note">{count(left)} more that were called less often are left out.</p>}
    </div>
  );
}

function arranged(layout: Layout, down: boolean): { nodes: ActorNode[]; edges: Way[]; left: number } {
  const { actors, calls, left } = actorsOf(layout);
  const graph = new Dagre();
  graph.setGraph(down ? { rankdir: "TB", nodesep: 16, ranksep: 56 } : { rankdir: "LR", nodesep: 18, ranksep: 84 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const actor of actors) {
    graph.setNode(actor.id, { width: WIDTH, height: HEIGHT });
  }
  for (const call of calls) {
    graph.setEdge(call.from, call.to);
  }
  arrange(graph);
  return {
    left,
    nodes: actors.map((actor) => {
      const place = graph.node(actor.id) as { x: number; y: number };
      return {
        id: actor.id,
        type: "actor",
        data: { actor, down },
        position: { x: place.x - WIDTH / 2, y: place.y - HEIGHT / 2 },
        width: WIDTH,
        height: HEIGHT,
        ariaLabel: `${actor.kind} ${oneLine(actor.name, 60)}, ${actor.calls} calls`,
      };
    }),
    edges: calls.map((call) => ({
      id: call.id,
      type: "way" as const,
      data: { points: graph.edge(call.from, call.to).points as Place[], down },
      source: call.from,
      target: call.to,
      label: call.calls > 1 ? `×${count(call.calls)}` : undefined,
      className: call.failed > 0 ? "failed" : "",
      markerEnd: {
        type: MarkerType.ArrowClosed,
        width: 14,
        height: 14,
        color: call.failed > 0 ? "var(--error)" : "var(--control-line)",
      },
    })),
  };
}

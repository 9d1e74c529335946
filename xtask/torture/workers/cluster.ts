/**
 * Node's cluster: a primary that records, and workers that do until somebody kills them; the primary starts others.
 *
 *     node cluster.mjs DIR WORKERS
 */
import cluster from "node:cluster";
import { setImmediate as yields } from "node:timers/promises";
import { init } from "tracewire";
import { Lane, say, totals } from "./worker.ts";

const [directory, workers = "8"] = process.argv.slice(2);
init({ service: "torture", dir: directory, fileBytes: 256 << 10 });

if (cluster.isPrimary) {
  const lane = new Lane("primary", 0, 1);
  lane.unit();
  let isOver = false;
  const begin = (): void => {
    cluster.fork();
    lane.unit();
  };
  cluster.on("exit", (worker, code, signal) => {
    say(`i died ${worker.process.pid} ${signal ?? code}`);
    if (!isOver) begin();
    else if (Object.keys(cluster.workers ?? {}).length === 0) void totals("primary").then(() => process.exit(0));
  });
  for (let count = 0; count < Number(workers); count += 1) begin();
  process.stdin.once("data", () => {
    isOver = true;
    // One that is just being loaded hears nothing yet.
    setInterval(() => {
      for (const worker of Object.values(cluster.workers ?? {})) worker?.send("end", () => {});
    }, 50);
  });
} else {
  const name = `c${process.pid}`;
  say(`b ${name} ${process.pid}`);
  let isOver = false;
  process.once("message", () => {
    isOver = true;
  });
  const lanes = [new Lane(name, 0, process.pid), new Lane(name, 1, process.pid)] as const;
  const chain = async (lane: Lane): Promise<void> => {
    while (!isOver) {
      await lane.unitOfPromises();
      await yields();
    }
  };
  await Promise.all(lanes.map(chain));
  await totals(name);
  process.exit(0);
}

/** A process with children of every kind; each records a step below the one that started it. */
import { fork, spawn } from "node:child_process";
import cluster from "node:cluster";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { isMainThread, Worker, workerData } from "node:worker_threads";
import { getClient, injectEnvironment, span } from "../../../src/index.ts";

const here = fileURLToPath(import.meta.url);
const role = isMainThread ? (process.argv[2] ?? (cluster.isWorker ? "cluster" : "root")) : (workerData as string);

if (role === "root") {
  await span("root", { kind: "agent" }, async () => {
    const env = injectEnvironment();
    await Promise.all([
      once(spawn(process.execPath, [here, "spawned"], { env, stdio: "inherit" }), "exit"),
      once(fork(here, ["forked"], { env }), "exit"),
      once(new Worker(here, { env, workerData: "thread" }), "exit"),
      once(cluster.fork(env), "exit"),
    ]);
  });
} else {
  await span(role, { kind: "step" }, async () => undefined);
  if (cluster.isWorker) process.disconnect();
}
const { written, dropped, errors } = await getClient().flush();
process.stdout.write(`${role} ${JSON.stringify({ written, dropped, errors })}\n`);

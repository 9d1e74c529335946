import { execFileSync, spawnSync } from "node:child_process";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { start } from "./programs/program.ts";
import { eventsIn, folder } from "./reading.ts";

/** The command line. */
const COMMAND = process.env["TRACEWIRE_BIN"] ?? "tracewire";
const HAS_COMMAND = spawnSync(COMMAND, ["--version"]).status === 0;

test("children of every kind have recorders of their own, below the step that started them", async () => {
  const dir = folder();
  const { code, out, errors } = await start("family", dir).ended;
  expect([code, errors]).toEqual([0, ""]);
  const lines = out.trim().split("\n").sort();
  const counts = '{"written":2,"dropped":{},"errors":{}}';
  expect(lines).toEqual(["cluster", "forked", "root", "spawned", "thread"].map((role) => `${role} ${counts}`));
  const starts = eventsIn(dir).filter((event) => event.type === "span.start");
  const root = starts.find((event) => event.body.name === "root");
  expect(starts.map((event) => event.body.name).sort()).toEqual(["cluster", "forked", "root", "spawned", "thread"]);
  for (const event of starts) expect(event.trace_id).toBe(root?.trace_id);
  for (const event of starts) expect(event.parent_id).toBe(event === root ? undefined : root?.span_id);
});

// Where everything is tested the command line is there, or the test fails.
test.skipIf(!HAS_COMMAND && !process.env["CI"])("what a killed process recorded is there, as a tree", async () => {
  const dir = folder();
  const { child, says, ended } = start("victim", dir);
  await says("ready");
  child.kill("SIGKILL");
  expect((await ended).signal).toBe("SIGKILL");
  const tree = execFileSync(COMMAND, ["trace", "--last", "--dir", dir], { encoding: "utf8" });
  const lines = tree.split("\n");
  const at = (name: string) => lines.findIndex((line) => line.includes(name));
  expect(at("answer")).toBeGreaterThanOrEqual(0);
  expect(at("search")).toBeGreaterThan(at("answer"));
  expect(at("chat")).toBeGreaterThan(at("search"));
  expect(lines[at("chat")]).toMatch(/abandoned/);
  expect(lines[at("answer")]).toMatch(/abandoned/);
});

test("a program ends by itself, whatever is open, and no signal is listened to", async () => {
  const dir = folder();
  const { code, out, errors } = await start("leaves", dir, {}, ["local"]).ended;
  expect([code, errors]).toEqual([0, ""]);
  expect(JSON.parse(out)).toMatchObject({ signals: [] });
  expect(eventsIn(dir).map((event) => event.type)).toEqual(["span.start", "span.end", "span.start"]);
});

test.each(["inline", "background"])("a program that ends delivers first: %s", async (mode) => {
  const bodies: string[] = [];
  const server = createServer((request, response) => {
    request.setEncoding("utf8");
    let body = "";
    request.on("data", (data) => {
      body += data;
    });
    request.on("end", () => {
      bodies.push(body);
      response.end();
    });
  }).listen(0, "127.0.0.1");
  onTestFinished(() => void server.close());
  await new Promise((resolve) => server.once("listening", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/envelopes`;
  const { code, errors } = await start("leaves", folder(), {}, [mode, url]).ended;
  expect([code, errors]).toEqual([0, ""]);
  const events = bodies.flatMap((body) =>
    body
      .trim()
      .split("\n")
      .flatMap((line) => (JSON.parse(line) as { events: { type: string }[] }).events),
  );
  expect(events.map((event) => event.type)).toEqual(["span.start", "span.end", "span.start"]);
});

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { TracewireError } from "../../src/errors.ts";
import { Client } from "../../src/recording/client.ts";
import { type ClientOptions, Settings } from "../../src/recording/config.ts";
import { clientIn, eventsIn, folder } from "./reading.ts";

const outside = process.cwd();

beforeEach(() => process.chdir(folder()));
afterEach(() => {
  process.chdir(outside);
  vi.unstubAllEnvs();
});

test("an argument wins over the environment, and that over the file", () => {
  writeFileSync("tracewire.toml", 'service = "file"\nrelease = "file"\nmode = "inline"\nsession_id = "file"\n');
  vi.stubEnv("TRACEWIRE_SERVICE", "environment");
  vi.stubEnv("TRACEWIRE_RELEASE", "environment");
  const { values, problems, mode } = new Settings({ service: "argument" });
  expect(problems).toEqual([]);
  expect(values).toEqual({ service: "argument", release: "environment", mode: "inline", sessionId: "file" });
  expect(mode).toBe("inline");
});

test("what cannot be used is named with its source, what is expected, and what is used instead", () => {
  vi.stubEnv("TRACEWIRE_SAMPLING", "2");
  vi.stubEnv("TRACEWIRE_SERVICE", "mine");
  const given = {
    service: 7,
    sampling: "often",
    modes: "local",
    mask: "no",
    fileBytes: -1,
  } as unknown as ClientOptions;
  const { problems, values } = new Settings(given);
  expect(problems).toEqual([
    "sampling = 2 (TRACEWIRE_SAMPLING): a number from 0 to 1 is expected, such as 0.1; the default is used",
    "service = 7 (argument): a text is expected, such as service: 'research-agent'; \"mine\" of TRACEWIRE_SERVICE is used",
    'sampling = "often" (argument): a number from 0 to 1 is expected, such as sampling: 0.1; the default is used',
    'modes = "local" (argument): there is no such setting; did you mean mode?',
    'mask = "no" (argument): a function is expected, such as mask: (field, value) => value; the default is used',
    "fileBytes = -1 (argument): a number of bytes is expected, such as fileBytes: 67108864; the default is used",
  ]);
  expect(values).toEqual({ service: "mine" });
});

test("recording goes on with a configuration that cannot be used, and strict mode throws", async () => {
  const dir = folder();
  const wrong = { mode: "sometimes" } as unknown as ClientOptions;
  const { client, events } = clientIn({ ...wrong, dir });
  client.startSpan("a").end();
  expect(events()).toHaveLength(2);
  expect((await client.flush()).errors).toEqual({ configuration: 1 });
  expect(() => new Client({ ...wrong, dir, strict: true })).toThrow(TracewireError);
});

test("rules of redaction are applied, when the journal is sealed or before a record is written", () => {
  const rules = ["password", "@email -> hash", "order:/ORD-[0-9]{4}/", "!help@example.com"];
  for (const redactAt of ["seal", "record"] as const) {
    const dir = folder();
    const { client, events } = clientIn({ dir, redact: rules, redactAt, redactKey: "a long enough pepper" });
    client.startSpan("a", { input: { password: 1, to: "ann@example.com or help@example.com, ORD-1234" } }).end();
    const [start] = redactAt === "record" ? events() : [];
    const row = client.query().rows[0];
    const expected = { password: { $redacted: "key" }, to: "[email:1d87e109a0baf1e5] or help@example.com, [order]" };
    expect(row?.input).toEqual(expected);
    if (start !== undefined) expect(JSON.stringify(start)).not.toContain("ann@");
  }
});

test("without rules that cannot be used, inputs and outputs are not recorded", async () => {
  const warn = vi.spyOn(process, "emitWarning").mockReturnValue();
  const { client, events } = clientIn({ dir: folder(), redact: "id:/(a)\\1/" });
  const said = warn.mock.calls.map(([warning]) => String(warning));
  warn.mockRestore();
  client.startSpan("a", { input: "1234" }).end();
  expect(events()[0]).toMatchObject({ body: { name: "a" } });
  expect(JSON.stringify(events())).not.toContain("1234");
  expect(said.join()).toContain(
    "a reference to a group, which needs backtracking, is refused at byte 7; inputs and outputs are not recorded",
  );
  expect((await client.flush()).errors).toEqual({ configuration: 1 });
});

test("a key of redaction is shown to nobody", () => {
  const { problems } = new Settings({ redactKey: 7 as unknown as string });
  expect(problems).toEqual([
    "redactKey = a secret (argument): a text is expected, such as redactKey: 'a long secret'; the default is used",
  ]);
});

test.each([{ mesage: false }, { message: "no" }, ["input"], "inputs", 1, null])("no switches: %j", (capture) => {
  const { problems, values } = new Settings({ capture } as unknown as ClientOptions);
  expect(values.capture).toBeUndefined();
  if (capture === null) return;
  expect(problems).toEqual([
    expect.stringMatching(
      /^capture = .* \(argument\): true, false, 'input', 'output', or an object of .* is expected, such as capture: \{ message: false \}; the default is used$/,
    ),
  ]);
});

test("fields are switched in a file and in the environment", () => {
  writeFileSync("tracewire.toml", "[capture]\nmessage = false\n");
  expect(new Settings({}).values.capture).toEqual({ message: false });
  vi.stubEnv("TRACEWIRE_CAPTURE", "output=false, attributes=off");
  expect(new Settings({}).values.capture).toEqual({ output: false, attributes: false });
  expect(new Settings({ capture: { data: false } }).values.capture).toEqual({ data: false });
});

test("options whose members throw are as if they were not there", () => {
  const options = Object.defineProperty({}, "service", {
    enumerable: true,
    get() {
      throw new Error("hostile");
    },
  });
  expect(new Settings(options).problems).toEqual(["the options could not be read: Error; the defaults are used"]);
});

test("the resource says what the program is", async () => {
  const dir = folder();
  const seen: unknown[] = [];
  const client = new Client({
    dir,
    service: "otters",
    environment: "test",
    release: "1.2",
    resource: { team: "search", big: 2n ** 60n, $own: 1 },
    exporters: [{ export: (batch) => void seen.push(...batch.documents().map((document) => document["resource"])) }],
  });
  client.startSpan("a").end();
  await client.close();
  expect(seen[0]).toEqual({
    "deployment.environment.name": "test",
    "process.runtime.name": "nodejs",
    "process.runtime.version": process.versions.node,
    "service.name": "otters",
    "service.version": "1.2",
    "telemetry.sdk.language": "nodejs",
    "telemetry.sdk.name": "tracewire",
    "telemetry.sdk.version": "0.1.0",
    team: "search",
    big: { $int: "1152921504606846976" },
    $$own: 1,
  });
  expect(eventsIn(dir)[0]?.body).toEqual({ name: "a", environment: "test", release: "1.2" });
});

test("the root says what was configured unless it says so itself, and nobody below it does", () => {
  const { client, events } = clientIn({ sessionId: "s", environment: "e" });
  client.span("root", { sessionId: "own" }, (root) => root.startSpan("child").end());
  client.startSpan("remote", { parent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01" }).end();
  const starts = events().filter((event) => event.type === "span.start");
  expect(starts.map((event) => event.body)).toEqual([
    { name: "root", session_id: "own", environment: "e" },
    { name: "child" },
    { name: "remote" },
  ]);
});

test("a client can be configured again, and goes on elsewhere", async () => {
  const [one, other] = [folder(), folder()];
  const client = new Client({ dir: one });
  const open = client.startSpan("open");
  client._configure({ dir: other });
  client.startSpan("new").end();
  open.end();
  await client.close();
  expect(eventsIn(one).map((event) => event.type)).toEqual(["span.start"]);
  expect(eventsIn(other).map((event) => event.body.name ?? event.type)).toEqual(["new", "span.end"]);
});

test("the version is that of the package", async () => {
  const { VERSION } = await import("../../src/version.ts");
  const { default: json } = await import(join(import.meta.dirname, "../../package.json"), { with: { type: "json" } });
  expect(VERSION).toBe(json.version);
});

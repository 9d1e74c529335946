/**
 * How long the walker takes for the two records of a step: 8 attributes, 1 kB of input, 1 kB of output.
 *
 *     node bench/walker.ts          # Node 22 or later; with Node 20: npx esbuild bench/walker.ts --bundle | node
 */
import { DEFAULT_LIMITS } from "../src/values/limits.ts";
import { Walker } from "../src/values/walker.ts";

const ROUNDS = 40;
const CALLS = 20_000;
const text = Buffer.from("The quick brown fox jumps over the lazy dog. ".repeat(23).slice(0, 1000)).toString("latin1");
const attributes = {
  "gen_ai.operation.name": "execute_tool",
  "gen_ai.tool.name": "search",
  "gen_ai.tool.call.id": "call_0123456789",
  "server.address": "search.example.com",
  "server.port": 443,
  "http.request.method": "POST",
  "tracewire.attempt": 1,
  "tracewire.cached": false,
};

let bytes = Buffer.alloc(8192);
const walker = new Walker(
  {
    buffer(wanted) {
      if (wanted > bytes.length) {
        bytes = Buffer.concat([bytes, Buffer.alloc(wanted - bytes.length)]);
      }
      return bytes;
    },
  },
  DEFAULT_LIMITS,
);

function both(): number {
  walker.begin(88);
  walker.member("name");
  walker.text("search");
  walker.member("attributes");
  walker.value(attributes);
  walker.member("input");
  walker.value(text);
  const first = walker.length;
  walker.begin(88);
  walker.member("output");
  walker.value(text);
  return first + walker.length;
}

const times: number[] = [];
for (let round = 0; round < ROUNDS; round++) {
  // Time of the processor, not of the wall: others may be at work on the machine.
  const begin = process.cpuUsage();
  for (let call = 0; call < CALLS; call++) {
    both();
  }
  times.push((process.cpuUsage(begin).user * 1000) / CALLS);
}
times.sort((a, b) => a - b);
console.log(
  `two records of ${both()} bytes: best ${times[0]?.toFixed(0)} ns, median ${times[ROUNDS / 2]?.toFixed(0)} ns`,
);

// Runs the blocks of a page, each a module, one after the other. Before each it says which one comes.
import { writeSync } from "node:fs";

for (const [number, path] of process.argv.slice(2).entries()) {
  writeSync(1, `<<${number}>>\n`);
  await import(path);
  // What a block left to the next turn of the event loop belongs to it.
  await new Promise((resolve) => setImmediate(resolve));
}

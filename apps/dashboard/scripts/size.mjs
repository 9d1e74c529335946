// What a first visit loads may weigh 300 kB at most, compressed: the page, its scripts and styles, the list of traces, the font.
import { readdirSync, readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const LIMIT = 300_000;
const dist = new URL("../dist/", import.meta.url);
const read = (path) => readFileSync(new URL(path.replace(/^\//, ""), dist));
const html = read("index.html").toString();
const first = new Set([...html.matchAll(/(?:src|href)="(\/[^"]+)"/g)].map(([, path]) => path));

/** What a script imports at once; what it loads later by `import()` is not first. */
function follow(path) {
  for (const [, name] of read(path)
    .toString()
    .matchAll(/(?:from|import)\s*"\.\/([^"]+\.js)"/g)) {
    const found = `/assets/${name}`;
    if (!first.has(found)) {
      first.add(found);
      follow(found);
    }
  }
}

for (const path of [...first].filter((path) => path.endsWith(".js") && path.startsWith("/assets/"))) {
  follow(path);
}
// Whoever opens `/` sees the traces.
for (const name of readdirSync(new URL("assets/", dist)).filter((name) => /^Traces-.*\.(js|css)$/.test(name))) {
  first.add(`/assets/${name}`);
  if (name.endsWith(".js")) {
    follow(`/assets/${name}`);
  }
}

let sum = gzipSync(html).length;
for (const path of [...first].sort()) {
  const bytes = read(path);
  const size = path.endsWith(".woff2") ? bytes.length : gzipSync(bytes, { level: 9 }).length;
  sum += size;
  console.log(`${(size / 1000).toFixed(1).padStart(7)} kB  ${path}`);
}
console.log(`${(sum / 1000).toFixed(1).padStart(7)} kB  in all, of at most ${LIMIT / 1000} kB`);
if (sum > LIMIT) {
  console.error("The first load is too large.");
  process.exit(1);
}
const inline = /<script(?![^>]*\bsrc=)|<style|\son\w+=|style=/i.exec(html);
if (inline !== null) {
  console.error(`The policy of the server forbids this in index.html: ${inline[0]}`);
  process.exit(1);
}

import { existsSync } from "node:fs";

/** Where Chromium is. */
export function chromiumPath(): string {
  const named = process.env["TRACEWIRE_CHROMIUM"] ?? process.env["CHROMIUM"];
  const usual = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
  const found = named ?? usual.find((path) => existsSync(path));
  if (found === undefined)
    throw new Error("Chromium is missing: apt-get install chromium, or name it in TRACEWIRE_CHROMIUM");
  return found;
}

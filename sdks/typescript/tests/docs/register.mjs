// For NODE_OPTIONS: any Node runs TypeScript, and `tracewire` is the sources of this folder.
import { register } from "node:module";

register("./hooks.mjs", import.meta.url);

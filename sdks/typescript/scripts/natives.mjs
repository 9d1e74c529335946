/**
 * The native packages: one for each platform, with the library and nothing else. npm installs the one that fits by `os`, `cpu` and
 * `libc`; the loader asks for it by name.
 *
 * @module
 */

/** Rust's name of the target, and what npm and Node call it. */
const TARGETS = [
  { target: "x86_64-unknown-linux-gnu", os: "linux", cpu: "x64", libc: "glibc" },
  { target: "aarch64-unknown-linux-gnu", os: "linux", cpu: "arm64", libc: "glibc" },
  { target: "x86_64-unknown-linux-musl", os: "linux", cpu: "x64", libc: "musl" },
  { target: "aarch64-unknown-linux-musl", os: "linux", cpu: "arm64", libc: "musl" },
  { target: "x86_64-apple-darwin", os: "darwin", cpu: "x64" },
  { target: "aarch64-apple-darwin", os: "darwin", cpu: "arm64" },
  { target: "x86_64-pc-windows-msvc", os: "win32", cpu: "x64" },
  { target: "aarch64-pc-windows-msvc", os: "win32", cpu: "arm64" },
];

/** Of `libc` in npm's words, the end of the package's name. */
const SUFFIX = { glibc: "-gnu", musl: "-musl" };

/** The file in each native package. */
export const LIBRARY = "tracewire.node";

/** All native packages: Rust's target, folder below `npm/`, name and manifest. */
export function nativePackages(manifest) {
  return TARGETS.map(({ target, os, cpu, libc }) => {
    const folder = `${os}-${cpu}${SUFFIX[libc] ?? ""}`;
    const name = `@${manifest.name}/${folder}`;
    return {
      target,
      folder,
      name,
      manifest: {
        name,
        version: manifest.version,
        description: `The native part of ${manifest.name} for ${os} on ${cpu}${libc === undefined ? "" : ` with ${libc}`}.`,
        license: manifest.license,
        repository: manifest.repository,
        engines: manifest.engines,
        os: [os],
        cpu: [cpu],
        ...(libc === undefined ? {} : { libc: [libc] }),
        main: LIBRARY,
        files: [LIBRARY, "LICENSE-*"],
      },
    };
  });
}

/** Rust's name of the machine that this runs on. */
export function ownTarget(manifest) {
  const libc = process.platform === "linux" && !hasGlibc() ? "-musl" : "-gnu";
  const folder = `${process.platform}-${process.arch}${process.platform === "linux" ? libc : ""}`;
  return nativePackages(manifest).find((each) => each.folder === folder)?.target;
}

function hasGlibc() {
  return process.report?.getReport()?.header?.glibcVersionRuntime !== undefined;
}

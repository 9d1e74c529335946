/**
 * Finds the native library for Node: where `TRACEWIRE_NATIVE` says, else in the package of this platform, else beside
 * the build.
 *
 * @module
 */
import { CONTRACT_VERSION, type NativeModule } from "../native/contract.ts";
import { adopt } from "../native/library.ts";
import { requireHere } from "./builtins.ts";

/** What the loader reads; a test gives its own. */
export interface Surroundings {
  readonly platform: string;
  readonly arch: string;
  /** Where the library is, if somebody said so. */
  readonly given: string | undefined;
  load(place: string): unknown;
}

/**
 * Loads the library.
 *
 * @throws `Error` that names the package, what went wrong and what to do about it.
 */
export function loadNative(surroundings: Surroundings = here()): NativeModule {
  const { given, load } = surroundings;
  if (given) {
    try {
      return checked(adopt(load(given)), given);
    } catch (error) {
      throw failure(`TRACEWIRE_NATIVE=${given}`, error);
    }
  }
  const packages = packagesFor(surroundings.platform, surroundings.arch);
  let broken: Error | undefined;
  // Which C library runs is not looked up: that takes milliseconds, and the wrong package refuses to load.
  for (const place of [...packages, "./tracewire.node", "../tracewire.node", "../../tracewire.node"]) {
    try {
      return checked(adopt(load(place)), place);
    } catch (error) {
      if (!isMissing(error, place)) broken ??= failure(place, error);
    }
  }
  throw broken ?? missing(packages);
}

/** The packages that can fit: the one of the platform, and on Linux one for each C library. */
export function packagesFor(platform: string, arch: string): string[] {
  const name = `@tracewire/${platform}-${arch}`;
  return platform === "linux" ? [`${name}-gnu`, `${name}-musl`] : [name];
}

function here(): Surroundings {
  const { platform, arch, env } = process;
  return { platform, arch, given: env["TRACEWIRE_NATIVE"], load: requireHere() };
}

function missing(packages: readonly string[]): Error {
  return new Error(
    `tracewire's native library is not installed: there is no package ${packages.join(" or ")}. Optional dependencies were ` +
      "left out (--omit=optional), or the lockfile was made on another system: remove node_modules and the lockfile and " +
      `install again, or run \`npm install ${packages[0]}\``,
  );
}

function failure(place: string, error: unknown): Error {
  const cause = error instanceof Error ? error.message : String(error);
  return new Error(
    `tracewire's native library ${place} cannot be loaded: ${cause.slice(0, 300)}. Remove node_modules and install again on ` +
      "this system, or set TRACEWIRE_NATIVE to a library that fits",
    { cause: error },
  );
}

/** Two halves of different versions would misread each other's bytes. */
function checked(found: NativeModule, place: string): NativeModule {
  const version = found.contractVersion();
  if (version === CONTRACT_VERSION) return found;
  throw new Error(
    `${place} speaks version ${version} of the contract and this package version ${CONTRACT_VERSION}; install tracewire and ` +
      "its platform package in the same version",
  );
}

/** Whether it is not there, and not something that it needs. */
function isMissing(error: unknown, place: string): boolean {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown };
  return code === "MODULE_NOT_FOUND" && String(message).includes(`'${place}'`);
}

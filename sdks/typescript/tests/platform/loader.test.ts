import { expect, test } from "vitest";
import { CONTRACT_VERSION } from "../../src/native/contract.ts";
import { loadNative, packagesFor, type Surroundings } from "../../src/platform/loader.ts";

function missing(place: string): Error {
  return Object.assign(new Error(`Cannot find module '${place}'`), { code: "MODULE_NOT_FOUND" });
}

/** Surroundings in which these places hold something; an error is thrown, all else is the library's version. */
function having(found: Record<string, number | Error>, given?: string): Surroundings {
  return {
    platform: "linux",
    arch: "x64",
    given,
    load(place) {
      const what = found[place];
      if (what === undefined) throw missing(place);
      if (what instanceof Error) throw what;
      return { contractVersion: () => what, version: () => place };
    },
  };
}

test("on Linux there is a package for each C library, elsewhere one", () => {
  expect(packagesFor("linux", "arm64")).toEqual(["@tracewire/linux-arm64-gnu", "@tracewire/linux-arm64-musl"]);
  expect(packagesFor("darwin", "arm64")).toEqual(["@tracewire/darwin-arm64"]);
});

test("what somebody named goes first, then the package, then a file beside the build", () => {
  const all = {
    "/mine.node": CONTRACT_VERSION,
    "@tracewire/linux-x64-gnu": CONTRACT_VERSION,
    "./tracewire.node": CONTRACT_VERSION,
  };
  expect(loadNative(having(all, "/mine.node")).version()).toBe("/mine.node");
  expect(loadNative(having(all)).version()).toBe("@tracewire/linux-x64-gnu");
  expect(loadNative(having({ "./tracewire.node": CONTRACT_VERSION })).version()).toBe("./tracewire.node");
});

test("the package of another C library is passed by", () => {
  const wrong = new Error("libc.musl-x86_64.so.1: cannot open shared object file");
  const both = { "@tracewire/linux-x64-gnu": wrong, "@tracewire/linux-x64-musl": CONTRACT_VERSION };
  expect(loadNative(having(both)).version()).toBe("@tracewire/linux-x64-musl");
  expect(() => loadNative(having({ "@tracewire/linux-x64-gnu": wrong }))).toThrow(
    /@tracewire\/linux-x64-gnu cannot be loaded: libc\.musl-x86_64\.so\.1.*Remove node_modules and install again on this system/,
  );
});

test("where there is none, the package, the cause and the remedy are named", () => {
  expect(() => loadNative(having({}))).toThrow(
    /@tracewire\/linux-x64-gnu or @tracewire\/linux-x64-musl.*lockfile was made on another system.*npm install @tracewire\/linux-x64-gnu/,
  );
  expect(() => loadNative(having({}, "/gone.node"))).toThrow(
    /TRACEWIRE_NATIVE=\/gone\.node cannot be loaded: Cannot find/,
  );
});

test("a library of another contract is refused, and one that lacks something is not taken for missing", () => {
  expect(() => loadNative(having({ "@tracewire/linux-x64-gnu": 99 }))).toThrow(
    /speaks version 99 of the contract and this package version \d+; install tracewire and its platform package in the same/,
  );
  const inside = having({ "@tracewire/linux-x64-gnu": missing("something-else") });
  expect(() => loadNative(inside)).toThrow(/Cannot find module 'something-else'/);
});

/**
 * The registry runs as long as the tests.
 *
 * @module
 */
import type { TestProject } from "vitest/node";
import { startRegistry } from "./registry.ts";

declare module "vitest" {
  interface ProvidedContext {
    registry: string;
  }
}

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { address, stop } = await startRegistry();
  project.provide("registry", address);
  return stop;
}

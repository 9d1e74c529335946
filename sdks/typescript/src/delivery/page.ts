/**
 * Pages, their workers and edge runtimes: journals are in memory.
 *
 * @module
 */
export { deliver } from "../browser/delivery.ts";

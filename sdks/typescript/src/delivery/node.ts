/**
 * Node.js: journals are files, and a shipper of the native library reads them. Without that library they are in memory, as in a page,
 * but there is no page that could keep them.
 *
 * @module
 */
import { deliver as deliverFromMemory } from "../browser/delivery.ts";
import type { Delivery, DeliveryOptions } from "../exporters/delivery.ts";
import { deliver as deliverFromFiles } from "../exporters/pump.ts";

/** Who delivers here; `undefined` where there is nothing to deliver. */
export function deliver(options: DeliveryOptions): Delivery | undefined {
  if (options.recorder.shipper !== undefined) return deliverFromFiles(options);
  return deliverFromMemory({ ...options, browser: { ...options.browser, storage: "memory" } });
}

/**
 * For agents that pay by the Agent Payments Protocol: mandates, receipts and costs as events.
 *
 * `ap2` is the default client's, `client.ap2` another one's. A mandate itself is never recorded, only its hash.
 *
 * @example
 * ```ts
 * ap2.logPaymentInitiated("shopper", { paymentId: "p-1", amount: "10.50", currency: "EUR" });
 * ```
 *
 * @module
 */
export { Ap2Events as Ap2 } from "./ap2.generated.ts";

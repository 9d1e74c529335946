package dev.tracewire.protocols

import dev.tracewire.Client

/**
 * For agents that pay: mandates, payments and receipts of the Agent Payments Protocol as events.
 *
 * ```kotlin
 * Tracewire.ap2.logPaymentInitiated("shopper") { paymentId = "p1" }
 * ```
 */
public class Ap2 internal constructor(whose: () -> Client) : Ap2Events(whose)

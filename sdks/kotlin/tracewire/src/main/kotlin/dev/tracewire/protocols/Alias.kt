package dev.tracewire.protocols

/**
 * What a short name of an event stands for.
 *
 * @property event the registry's event.
 * @property sets attributes that the name says.
 * @property fails whether it says that something failed.
 */
internal class Alias(
    val event: String,
    val sets: Map<String, String> = emptyMap(),
    val fails: Boolean = false,
)

/** Short names, such as `mcp.tool.called`. */
internal val ALIASES: Map<String, Alias> =
    mapOf(
        "mcp.tool.called" to Alias("mcp.request", mapOf("mcp.method.name" to "tools/call")),
        "mcp.tool.completed" to Alias("mcp.response", mapOf("mcp.method.name" to "tools/call")),
        "mcp.tool.error" to Alias("mcp.response", mapOf("mcp.method.name" to "tools/call"), fails = true),
        "mcp.resource.read" to Alias("mcp.request", mapOf("mcp.method.name" to "resources/read")),
        "mcp.prompt.get" to Alias("mcp.request", mapOf("mcp.method.name" to "prompts/get")),
        "mcp.sampling.request" to Alias("mcp.request", mapOf("mcp.method.name" to "sampling/createMessage")),
        "mcp.sampling.response" to Alias("mcp.response", mapOf("mcp.method.name" to "sampling/createMessage")),
        "a2a.task.assigned" to Alias("a2a.task.status", mapOf("a2a.task.state" to "TASK_STATE_SUBMITTED")),
        "a2a.task.accepted" to Alias("a2a.task.status", mapOf("a2a.task.state" to "TASK_STATE_WORKING")),
        "a2a.task.rejected" to Alias("a2a.task.status", mapOf("a2a.task.state" to "TASK_STATE_REJECTED")),
        "a2a.task.completed" to Alias("a2a.task.status", mapOf("a2a.task.state" to "TASK_STATE_COMPLETED")),
        "a2a.task.failed" to Alias("a2a.task.status", mapOf("a2a.task.state" to "TASK_STATE_FAILED")),
        "a2a.task.delegated" to Alias("a2a.request", mapOf("a2a.method.name" to "SendMessage")),
        "a2a.message.sent" to
            Alias("a2a.request", mapOf("a2a.method.name" to "SendMessage", "tracewire.protocol.direction" to "sent")),
        "a2a.message.received" to
            Alias(
                "a2a.request",
                mapOf("a2a.method.name" to "SendMessage", "tracewire.protocol.direction" to "received"),
            ),
        "a2a.agent.registered" to Alias("a2a.agent_card"),
        "ap2.payment.initiated" to Alias("ap2.payment_mandate.presented"),
        "ap2.payment.completed" to
            Alias("ap2.payment_receipt.issued", mapOf("tracewire.ap2.receipt.status" to "Success")),
        "ap2.payment.failed" to Alias("ap2.payment_receipt.issued", mapOf("tracewire.ap2.receipt.status" to "Error")),
        "ap2.cost.incurred" to Alias("tracewire.cost"),
    )

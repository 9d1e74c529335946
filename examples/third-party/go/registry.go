package tracewire

// Names of the registry that are read as others and never written.

var kindAliases = map[string]string{
	"subagent": "agent", "chat_model": "llm", "completion": "llm", "generation": "llm", "inference": "llm", "function": "tool", "tool_call": "tool",
	"retriever": "retrieval", "guard": "guardrail", "moderation": "guardrail", "transfer": "handoff", "reranker": "rerank", "pipeline": "chain",
	"runnable": "chain", "http_client": "http", "http_server": "http", "db": "database", "sql": "database", "file": "file_io", "general": "step",
	"span": "step", "unknown": "step", "decision": "plan", "planner": "plan", "graph": "workflow", "eval": "evaluator", "evaluation": "evaluator",
	"human_evaluator": "evaluator", "realtime": "stream", "job": "task", "purchase": "payment",
}

var statusAliases = map[string]string{
	"success": "ok", "succeeded": "ok", "completed": "ok", "failed": "error", "failure": "error", "timed_out": "timeout",
	"deadline_exceeded": "timeout", "canceled": "cancelled", "aborted": "cancelled",
}

// A shortName stands for an event with attributes set.
type shortName struct {
	event string
	sets  map[string]any
}

func mcpMethod(event, method string) shortName {
	return shortName{event, map[string]any{"mcp.method.name": method}}
}

func a2aState(state string) shortName {
	return shortName{"a2a.task.status", map[string]any{"a2a.task.state": "TASK_STATE_" + state}}
}

func a2aMessage(direction string) shortName {
	return shortName{"a2a.request", map[string]any{"a2a.method.name": "SendMessage", "tracewire.protocol.direction": direction}}
}

var shortNames = map[string]shortName{
	"mcp.tool.called":       mcpMethod("mcp.request", "tools/call"),
	"mcp.tool.completed":    mcpMethod("mcp.response", "tools/call"),
	"mcp.tool.error":        mcpMethod("mcp.response", "tools/call"),
	"mcp.resource.read":     mcpMethod("mcp.request", "resources/read"),
	"mcp.prompt.get":        mcpMethod("mcp.request", "prompts/get"),
	"mcp.sampling.request":  mcpMethod("mcp.request", "sampling/createMessage"),
	"mcp.sampling.response": mcpMethod("mcp.response", "sampling/createMessage"),
	"a2a.task.assigned":     a2aState("SUBMITTED"),
	"a2a.task.accepted":     a2aState("WORKING"),
	"a2a.task.rejected":     a2aState("REJECTED"),
	"a2a.task.completed":    a2aState("COMPLETED"),
	"a2a.task.failed":       a2aState("FAILED"),
	"a2a.task.delegated":    {"a2a.request", map[string]any{"a2a.method.name": "SendMessage"}},
	"a2a.message.sent":      a2aMessage("sent"),
	"a2a.message.received":  a2aMessage("received"),
	"a2a.agent.registered":  {"a2a.agent_card", nil},
	"ap2.payment.initiated": {"ap2.payment_mandate.presented", nil},
	"ap2.payment.completed": {"ap2.payment_receipt.issued", map[string]any{"tracewire.ap2.receipt.status": "Success"}},
	"ap2.payment.failed":    {"ap2.payment_receipt.issued", map[string]any{"tracewire.ap2.receipt.status": "Error"}},
	"ap2.cost.incurred":     {"tracewire.cost", nil},
}

func named(aliases map[string]string, name string) string {
	if today, ok := aliases[name]; ok {
		return today
	}
	return name
}

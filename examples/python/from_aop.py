"""AOP's quick start with tracewire: observed tools, events, MCP sampling, A2A tasks, AP2 payments, queries and a trace.

Run it:  pip install tracewire && python from_aop.py"""

from datetime import datetime, timedelta, timezone
from uuid import uuid4

from tracewire import Client

client = Client(service="shop")
order = f"order-{uuid4()}"


@client.mcp.observe_tool(agent_id="buyer")
def search(query: str, limit: int = 10) -> dict[str, object]:
    found = [item for item in ("green tea", "teapot", "kettle") if query in item][:limit]
    return {"results": found, "count": len(found)}


with client.trace(order):  # One trace for whoever says the same id, in any process.
    search("tea", limit=2)

    with client.mcp.tool_execution("buyer", "price", {"item": "teapot"}) as execution:
        execution.set_result({"amount": "24.90", "currency": "EUR"})

    client.log_event({"agent_id": "buyer", "event_type": "mcp.tool.called", "protocol": "mcp", "data": {"tool_name": "stock"}})

    asked = client.mcp.log_sampling_request(agent_id="buyer", model="scripted-1", prompt="Tea or teapot?")
    client.mcp.log_sampling_response(agent_id="buyer", model="scripted-1", response="The teapot.", parent_id=asked)

    client.a2a.log_task_assigned(agent_id="buyer", task_id="task-1", assigned_to="courier", task_data={"action": "deliver"})
    client.a2a.log_message_sent(agent_id="buyer", recipient="courier", message={"type": "request", "day": "Friday"})
    client.a2a.log_task_completed(agent_id="courier", task_id="task-1", result={"status": "done"})

    client.ap2.log_payment_initiated(agent_id="buyer", payment_id="pay-1", amount=24.90, currency="EUR", recipient="shop")
    client.ap2.log_payment_completed(agent_id="buyer", payment_id="pay-1", transaction_id="txn-1")
    client.ap2.log_cost_incurred(agent_id="buyer", cost_amount=0.15, currency="EUR", resource_type="llm_api")

hour_ago = datetime.now(timezone.utc) - timedelta(hours=1)
print(len(client.query(agent_id="buyer", start_time=hour_ago, limit=50)), "rows of the buyer in the last hour")
print([row.attributes["gen_ai.tool.name"] for row in client.query(event_type="mcp.tool.called")], "called")
if trace := client.get_trace(correlation_id=order):
    print(trace.tree())

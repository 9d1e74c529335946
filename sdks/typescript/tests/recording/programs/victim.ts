/** Is killed in the middle of a step. */
import { span, startSpan } from "../../../src/index.ts";

await span("answer", { kind: "agent", input: "What is an otter?" }, async (run) => {
  await span("search", { kind: "tool" }, async (step) => step.setOutput(["Lutra lutra"]));
  const open = startSpan("chat", { kind: "llm", parent: run });
  open.update({ attributes: { attempt: 1 } });
  process.stdout.write("ready\n");
  // Nothing but the end of standard input, which never comes, keeps it waiting.
  for await (const _ of process.stdin);
});

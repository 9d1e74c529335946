import type { Browser, BrowserContextOptions } from "playwright-core";
import { launch, type Opened, openPage } from "../chromium.ts";
import { history, sendAll } from "./otlp.ts";
import { Agent, Served } from "./server.ts";

/** Ids of what the Python SDK recorded. */
export type Recorded = { research: string; again: string; killed: string };

/** A server with a day's work in it, recorded by an SDK beside it and sent by OTLP, and a browser. */
export class Filled {
  private constructor(
    readonly served: Served,
    readonly browser: Browser,
    /** Still runs. */
    readonly agent: Agent,
    readonly recorded: Recorded,
  ) {}

  static async open(days: number, prepare?: (directory: string) => void): Promise<Filled> {
    const served = await Served.start([], prepare);
    await sendAll(served, history(Date.now(), days));
    const victim = Agent.start(served.directory, "night-watch");
    const killed = await victim.tell("begin", { name: "patrol", input: "Look after the holt." });
    await victim.tell("tool", { name: "listen" });
    await victim.kill();
    const agent = Agent.start(served.directory, "otter-desk");
    const research = await agent.tell("research", { question: "What keeps a sea otter warm?", session: "otters-1" });
    const again = await agent.tell("research", {
      question: "What keeps a sea otter warm?",
      session: "otters-1",
      model: "gpt-5",
      checked: false,
    });
    await agent.tell("research", { question: "And in winter?", session: "otters-1", failing: true });
    // Everything is stored and counted: the last of it, and the one who was killed.
    await served.until<{ items: { trace_id: string; cost?: unknown }[] }>(
      "/traces?service=otter-desk",
      ({ items }) => items.length === 3 && items.every((row) => row.cost),
    );
    await served.until<{ items: { state: string }[] }>(
      "/traces?service=night-watch",
      ({ items }) => items[0]?.state === "abandoned",
    );
    return new Filled(served, await launch(), agent, { research, again, killed });
  }

  page(options: BrowserContextOptions = {}): Promise<Opened> {
    return openPage(this.browser, this.served.url, options);
  }

  async close(): Promise<void> {
    await this.browser.close();
    await this.agent.end();
    await this.served.stop();
  }
}

import { useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { key } from "../api/client.ts";
import { Problem } from "../api/problem.ts";
import { useResource } from "../api/queries.ts";
import { Logo } from "../design/Icon.tsx";
import { ProblemBox } from "../parts/Basics.tsx";

/** Asks for a key where the server wants one, and otherwise is not there. */
export function Gate({ children }: { children: ReactNode }) {
  // Health answers everybody; a list tells whether a key is needed.
  const list = useResource("/traces", { limit: 1 });
  const client = useQueryClient();
  const [typed, setTyped] = useState("");
  const locked = list.error instanceof Problem && list.error.status === 401;
  if (!locked) {
    return children;
  }
  return (
    <main className="empty">
      <Logo size={40} />
      <h1>This server asks for a key</h1>
      <p>
        Keys begin with <code>tw_</code>. Whoever runs the server makes one with the command{" "}
        <code>tracewire serve keys create</code>. It stays in this browser and goes to this server alone.
      </p>
      <form
        className="line"
        onSubmit={(event) => {
          event.preventDefault();
          key.set(typed);
          void client.invalidateQueries();
        }}
      >
        <label className="field">
          <span className="unseen">Key</span>
          <input
            type="password"
            autoComplete="current-password"
            placeholder="tw_…"
            size={36}
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
          />
        </label>
        <button type="submit" className="button main">
          Use it
        </button>
      </form>
      {key.get() !== null && <ProblemBox error={list.error} />}
    </main>
  );
}

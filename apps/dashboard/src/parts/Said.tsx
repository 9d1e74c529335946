import type { LocatedEvent } from "../api/types.ts";
import { partsSaid } from "../logic/said.ts";
import { Data } from "./Basics.tsx";

/** What an event says, its name before what went in or came out. */
export function Said({ located, known }: { located: LocatedEvent; known?: string | undefined }) {
  const { name, rest } = partsSaid(located, known);
  return (
    <>
      {name !== "" && <Data className="said-name">{name}</Data>}
      {name !== "" && rest !== "" && " "}
      {rest !== "" && <Data className={name === "" ? "" : "muted"}>{rest}</Data>}
    </>
  );
}

import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { remove } from "../../api/client.ts";
import { Dialog } from "../../app/Dialog.tsx";
import { go } from "../../app/url.ts";
import { Icon } from "../../design/Icon.tsx";
import { count, shortId } from "../../logic/format.ts";
import { oneLine } from "../../logic/visible.ts";
import { ProblemBox } from "../../parts/Basics.tsx";
import { say } from "../../parts/Toast.tsx";

/** Deletes a trace, once somebody has said that this is meant. */
export function Delete({ id, name, steps }: { id: string; name: string; steps: number }) {
  const client = useQueryClient();
  const [open, setOpen] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const close = () => {
    setOpen(false);
    setError(undefined);
  };
  const confirmed = async () => {
    setBusy(true);
    try {
      await remove(`/traces/${id}`);
      say("Deleted");
      go("/traces");
      // Behind the way to the list: nobody asks for what is gone.
      client.removeQueries({ queryKey: ["trace", id] });
      await client.invalidateQueries();
    } catch (problem) {
      setError(problem);
      setBusy(false);
    }
  };
  return (
    <>
      <button
        type="button"
        className="button square"
        onClick={() => setOpen(true)}
        aria-label="Delete this trace"
        title="Delete this trace"
      >
        <Icon name="trash" size={14} />
      </button>
      {open && (
        <Dialog label="Delete this trace?" close={close}>
          <div className="dialog-head">
            <h2 className="grow">Delete this trace?</h2>
          </div>
          <div className="body padded stack">
            <p>
              <b className="data">{oneLine(name, 80)}</b> with {count(steps)} {steps === 1 ? "step" : "steps"},{" "}
              <code>{shortId(id)}</code>: inputs, outputs and log lines go, for good. That something was here can still
              be proved: the digests stay.
            </p>
            {error !== undefined && <ProblemBox error={error} />}
            <div className="line">
              <span className="grow" />
              <button type="button" className="button" onClick={close}>
                Keep it
              </button>
              <button type="button" className="button danger" disabled={busy} onClick={() => void confirmed()}>
                Delete
              </button>
            </div>
          </div>
        </Dialog>
      )}
    </>
  );
}

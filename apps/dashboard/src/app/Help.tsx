import { Dialog } from "./Dialog.tsx";
import { PLACES } from "./places.ts";

const KEYS: readonly (readonly [string, readonly (readonly [string, string])[]])[] = [
  [
    "Everywhere",
    [
      ["Ctrl K", "commands, pages, any id"],
      ["/", "search or filter"],
      ["?", "this list"],
      ["Esc", "close, or one step back"],
      ...PLACES.map((place) => [`g ${place.key}`, place.word.toLowerCase()] as const),
    ],
  ],
  [
    "Lists",
    [
      ["j k", "down, up"],
      ["Enter", "open"],
      ["x", "mark a trace to compare"],
      ["p", "live: pause, go on"],
    ],
  ],
  [
    "Trace",
    [
      ["j k", "next, previous step"],
      ["h l", "fold, unfold"],
      ["f", "find in the trace"],
      ["n N", "next, previous match"],
      ["e", "next failed step"],
      ["o O", "next, previous step of a loop"],
      ["r", "replay"],
      ["[ ]", "replay: one moment back, on"],
      ["1 2 3", "timeline, graph, events"],
      ["0", "the whole time"],
    ],
  ],
];

/** The keys. */
export function Help({ close }: { close: () => void }) {
  return (
    <Dialog label="Keys" close={close}>
      <div className="dialog-head">
        <h2 className="grow">Keys</h2>
        <button type="button" className="button quiet" onClick={close}>
          Close
        </button>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <div className="body" tabIndex={0}>
        <div className="keys-list">
          {KEYS.map(([title, keys]) => [
            <h3 key={title}>{title}</h3>,
            ...keys.map(([key, what]) => (
              <div key={title + key}>
                <span className="muted">{what}</span>
                <kbd>{key}</kbd>
              </div>
            )),
          ])}
        </div>
      </div>
    </Dialog>
  );
}

import { useEffect, useRef, useState } from "react";
import { useFacets } from "../../api/queries.ts";
import type { Facets } from "../../api/types.ts";
import { useKeys } from "../../app/keys.ts";
import { Icon } from "../../design/Icon.tsx";
import { cutOff } from "../../logic/facets.ts";
import { CHIPS, type Field, type Filters, readTyped, SWITCHES, withFilter } from "../../logic/filters.ts";
import { count } from "../../logic/format.ts";
import { bounds } from "../../logic/time.ts";
import { Data, Popover } from "../../parts/Basics.tsx";

/** Those members that are lists of values. */
type List = Exclude<keyof Facets, "more">;

const FACETS: readonly (readonly [Field, List, string])[] = [
  ["service", "services", "Service"],
  ["status", "statuses", "Status"],
  ["kind", "kinds", "Kind"],
  ["model", "models", "Model"],
  ["agent", "agents", "Agent"],
  ["name", "names", "Name"],
];

/** What steps are narrowed by when they are searched. */
const OF_STEPS: readonly Field[] = ["service", "status", "kind", "agent"];
/** How steps end; of traces the server counts them. */
const STATUSES: readonly Choice[] = ["ok", "error", "timeout", "cancelled", "unset"].map((value) => ({ value }));

type Choice = { value: string; count?: number };

type Bar = {
  filters: Filters;
  /** What is listed are steps that a search found, not traces. */
  ofSteps: boolean;
  onChange: (filters: Filters) => void;
};

/** The search and the filters that are set; each has its own way out. */
export function FilterBar({ filters, ofSteps, onChange }: Bar) {
  const [typed, setTyped] = useState(filters.q ?? "");
  const field = useRef<HTMLInputElement>(null);
  useKeys({ "/": () => field.current?.focus() });
  useEffect(() => setTyped(filters.q ?? ""), [filters.q]);
  return (
    <>
      <form
        className="field search"
        role="search"
        onSubmit={(event) => {
          event.preventDefault();
          onChange(readTyped(typed, filters));
        }}
      >
        <Icon name="search" size={14} />
        <input
          ref={field}
          aria-label="Search names, inputs and outputs"
          placeholder="Search what was said, or service:… model:… is:failed"
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === "Escape") {
              if (typed === "") {
                event.currentTarget.blur();
              }
              setTyped("");
              onChange(withFilter(filters, "q", undefined));
            }
          }}
        />
        <kbd aria-hidden="true">/</kbd>
      </form>
      <Adder filters={filters} ofSteps={ofSteps} onChange={onChange} />
      <div className="chips">
        {CHIPS.map((name) => {
          const value = filters[name];
          return value === undefined ? null : (
            <span className="chip" key={name}>
              {SWITCHES.includes(name) ? (
                <span className="data">{name === "open" ? "in flight" : name}</span>
              ) : (
                <>
                  <b>{name}</b>
                  <Data className="cut">{value}</Data>
                </>
              )}
              <button
                type="button"
                aria-label={`Take the filter ${name} away`}
                onClick={() => onChange(withFilter(filters, name, undefined))}
              >
                <Icon name="close" size={12} />
              </button>
            </span>
          );
        })}
      </div>
    </>
  );
}

function Adder({ filters, ofSteps, onChange }: Bar) {
  return (
    <Popover label="Filter" icon="filter">
      {(close) => (
        <Choices
          filters={filters}
          ofSteps={ofSteps}
          choose={(field, value) => {
            onChange(withFilter(filters, field, value));
            close();
          }}
        />
      )}
    </Popover>
  );
}

/** How many values a list has, as far as they are known: `7`, `50+`. */
function sizeOf(values: readonly Choice[] | undefined): string {
  const { shown, isCut } = cutOff(values ?? []);
  return values === undefined ? "" : `${shown.length}${isCut ? "+" : ""}`;
}

function Choices({
  filters,
  ofSteps,
  choose,
}: Omit<Bar, "onChange"> & { choose: (field: Field, value: string) => void }) {
  // Of what is listed, in the time that is looked at: what is offered finds something.
  const [opened] = useState(Date.now);
  const facets = useFacets({
    of: ofSteps ? "steps" : "traces",
    ...bounds(filters.since, filters.until, opened),
  });
  const valuesOf = (many: List): readonly Choice[] | undefined =>
    ofSteps && many === "statuses" ? STATUSES : facets.data?.[many];
  const [field, setField] = useState<Field | undefined>();
  const [typed, setTyped] = useState("");
  const found = FACETS.find(([name]) => name === field);
  if (found === undefined) {
    return (
      <>
        <button type="button" className="item" onClick={() => choose("failed", "true")}>
          Only with failed steps
        </button>
        <button type="button" className="item" onClick={() => choose("open", "true")}>
          Only in flight
        </button>
        <p className="heading">By</p>
        {FACETS.filter(([name]) => !ofSteps || OF_STEPS.includes(name)).map(([name, many, word]) => (
          <button key={name} type="button" className="item" onClick={() => setField(name)}>
            {word}
            <span className="count">{sizeOf(valuesOf(many))}</span>
            <Icon name="right" size={12} className="faint" />
          </button>
        ))}
      </>
    );
  }
  const { shown: values, isCut } = cutOff(valuesOf(found[1]) ?? []);
  const shown = values.filter((facet) => facet.value.toLowerCase().includes(typed.toLowerCase()));
  const isKnown = values.some((facet) => facet.value === typed);
  return (
    <>
      <div className="field">
        <Icon name="search" size={14} />
        <input
          // biome-ignore lint/a11y/noAutofocus: the window was opened to type here
          autoFocus
          aria-label={`${found[2]} that is looked for`}
          placeholder={found[2]}
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === "Enter" && typed !== "") {
              choose(found[0], isKnown ? typed : (shown[0]?.value ?? typed));
            }
          }}
        />
      </div>
      {isCut && <p className="item muted">Only the {count(values.length)} most frequent are listed. Type any other.</p>}
      {shown.map((facet) => (
        <button key={facet.value} type="button" className="item" onClick={() => choose(found[0], facet.value)}>
          {filters[found[0]] === facet.value && <Icon name="check" size={12} />}
          <Data className="cut">{facet.value}</Data>
          {facet.count !== undefined && <span className="count">{count(facet.count)}</span>}
        </button>
      ))}
      {shown.length === 0 && <p className="item muted">Enter takes what you typed.</p>}
      {/* What is not listed may contain, or be within, what is. */}
      {isCut && typed !== "" && !isKnown && shown.length > 0 && (
        <button type="button" className="item" onClick={() => choose(found[0], typed)}>
          Take <Data className="cut">{typed}</Data>
        </button>
      )}
    </>
  );
}

import { useState } from "react";
import { Icon } from "../../design/Icon.tsx";
import { type Filters, sameFilters } from "../../logic/filters.ts";
import { dropView, GIVEN, readViews, saveView, viewFilters } from "../../logic/views.ts";
import { Popover } from "../../parts/Basics.tsx";

/** Sets of filters that have a name. */
export function Views({ filters, onChoose }: { filters: Filters; onChoose: (filters: Filters) => void }) {
  const [own, setOwn] = useState(() => readViews(localStorage));
  const [name, setName] = useState("");
  const current = [...own, ...GIVEN].find((view) => sameFilters(viewFilters(view), filters));
  return (
    <Popover label={current?.name ?? "Views"} icon="bookmark" right>
      {(close) => (
        <>
          {[...GIVEN, ...own].map((view) => (
            <div key={view.name} className="line">
              <button
                type="button"
                className="item grow"
                onClick={() => {
                  onChoose(viewFilters(view));
                  close();
                }}
              >
                <span className="data cut">{view.name}</span>
                {view === current && <Icon name="check" size={12} />}
              </button>
              {own.includes(view) && (
                <button
                  type="button"
                  className="button quiet square"
                  aria-label={`Forget the view ${view.name}`}
                  onClick={() => setOwn(dropView(localStorage, view.name))}
                >
                  <Icon name="close" size={12} />
                </button>
              )}
            </div>
          ))}
          {current === undefined && (
            <form
              className="line"
              style={{ padding: 6 }}
              onSubmit={(event) => {
                event.preventDefault();
                if (name.trim() !== "") {
                  setOwn(saveView(localStorage, name.trim(), filters));
                  setName("");
                }
              }}
            >
              <span className="field grow">
                <input
                  aria-label="Name of the view"
                  placeholder="Name these filters"
                  value={name}
                  onChange={(event) => setName(event.target.value)}
                />
              </span>
              <button type="submit" className="button" disabled={name.trim() === ""}>
                Save
              </button>
            </form>
          )}
        </>
      )}
    </Popover>
  );
}

import { useState } from "react";
import type { Json } from "../api/types.ts";
import { Icon } from "../design/Icon.tsx";
import { count } from "../logic/format.ts";
import { absence, isMap, preview, tagOf } from "../logic/json.ts";
import { bytesOf, toldOf } from "../logic/media.ts";
import { visible } from "../logic/visible.ts";
import { Picture } from "./Picture.tsx";

/** How many members are drawn before a button asks for more. */
const STEP = 80;
/** How much of a text is drawn before a button asks for all. */
const LONG = 1200;

/** A value as a tree that unfolds. */
export function JsonTree({ value, name, open = 2 }: { value: Json; name?: string; open?: number }) {
  const isPlain = name === undefined && typeof value === "object" && value !== null && tagOf(value) === undefined;
  return (
    <div className="json">
      {isPlain && Object.keys(value).length > 0 ? (
        <Members value={value} open={open} />
      ) : (
        <Branch value={value} name={name} open={open} />
      )}
    </div>
  );
}

function Branch({ value, name, open }: { value: Json; name: string | undefined; open: number }) {
  const isBranch = typeof value === "object" && value !== null && tagOf(value) === undefined;
  const size = isBranch ? (Array.isArray(value) ? value.length : Object.keys(value).length) : 0;
  const [unfolded, setUnfolded] = useState(open > 0 && size <= 200);
  const label = name === undefined ? null : <span className="json-name data">{visible(name)}</span>;
  if (!isBranch || size === 0) {
    return (
      <div className="json-leaf">
        {label}
        <Leaf value={value} />
      </div>
    );
  }
  return (
    <div className="json-branch">
      <button type="button" aria-expanded={unfolded} onClick={() => setUnfolded(!unfolded)}>
        <Icon name={unfolded ? "down" : "right"} size={11} />
        {label}
        <span className="faint data cut">
          {unfolded
            ? Array.isArray(value)
              ? `[${count(size)}]`
              : ""
            : Array.isArray(value)
              ? `[${count(size)}] ${preview(value, 80)}`
              : preview(value, 80)}
        </span>
      </button>
      {unfolded && (
        <div className="json-inside">
          <Members value={value} open={open} />
        </div>
      )}
    </div>
  );
}

function Members({ value, open }: { value: Json[] | { [key: string]: Json }; open: number }) {
  const [most, setMost] = useState(STEP);
  const entries: [string, Json][] = Array.isArray(value)
    ? value.map((item, index) => [String(index), item])
    : Object.entries(value);
  return (
    <>
      {entries.slice(0, most).map(([key, item]) => (
        <Branch key={key} name={key} value={item} open={open - 1} />
      ))}
      {entries.length > most && (
        <button type="button" className="link" onClick={() => setMost(most + STEP * 5)}>
          {count(entries.length - most)} more
        </button>
      )}
    </>
  );
}

function Leaf({ value }: { value: Json }) {
  const tag = tagOf(value);
  if (tag !== undefined) {
    const gone = absence(value);
    if (gone !== undefined) {
      return <span className="tag">{gone}</span>;
    }
    const told = toldOf(value);
    if (told !== undefined) {
      return <Picture media={{ declared: told.type, told }} />;
    }
    if (tag.tag === "$bytes" && typeof tag.said === "string") {
      const bytes = bytesOf(tag.said);
      return bytes === undefined ? (
        <span className="json-text data">{visible(tag.said.slice(0, 200))}</span>
      ) : (
        <Picture media={{ declared: "", base64: tag.said }} />
      );
    }
    return (
      <span className="json-number data">{visible(typeof tag.said === "string" ? tag.said : preview(tag.said))}</span>
    );
  }
  if (typeof value === "string") {
    return <LongText text={value} />;
  }
  return (
    <span className={value === null || typeof value === "boolean" ? "json-word" : "json-number"}>
      {value === null ? "null" : isMap(value) ? "{}" : Array.isArray(value) ? "[]" : String(value)}
    </span>
  );
}

function LongText({ text }: { text: string }) {
  const [whole, setWhole] = useState(false);
  const cut = !whole && text.length > LONG;
  return (
    <span className="json-text data" dir="auto">
      {visible(cut ? text.slice(0, LONG) : text) || <span className="faint">empty text</span>}
      {cut && (
        <button type="button" className="link" onClick={() => setWhole(true)}>
          … {count(text.length - LONG)} more letters
        </button>
      )}
    </span>
  );
}

const KEY = "tracewire.judged";
/** So many are remembered. */
const MOST = 500;

type Known = { target: string; id: string };

/** What was judged in this browser: a step of a trace. */
export function targetOf(trace: string, span: string | undefined): string {
  return span === undefined ? trace : `${trace}/${span}`;
}

function read(storage: Pick<Storage, "getItem">): Known[] {
  try {
    const value: unknown = JSON.parse(storage.getItem(KEY) ?? "[]");
    return Array.isArray(value)
      ? value.filter((one): one is Known => typeof one?.target === "string" && typeof one?.id === "string")
      : [];
  } catch {
    return [];
  }
}

/** Id of the judgement that was given here last; a new one replaces it. */
export function ownJudgement(storage: Pick<Storage, "getItem">, target: string): string | undefined {
  return read(storage).find((one) => one.target === target)?.id;
}

/** Remembers a judgement; the oldest are forgotten. */
export function keepOwn(storage: Pick<Storage, "getItem" | "setItem">, target: string, id: string): void {
  const others = read(storage).filter((one) => one.target !== target);
  try {
    storage.setItem(KEY, JSON.stringify([{ target, id }, ...others].slice(0, MOST)));
  } catch {
    // Without room a later judgement stands beside this one.
  }
}

import { useEffect, useState } from "react";

/** The time, again and again; a page that nobody sees does not draw. */
export function useNow(every: number, when = true): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    if (!when) {
      return;
    }
    const timer = setInterval(() => {
      if (!document.hidden) {
        setNow(Date.now());
      }
    }, every);
    return () => clearInterval(timer);
  }, [every, when]);
  return now;
}

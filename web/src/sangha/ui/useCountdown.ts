import { useEffect, useState } from "react";

/**
 * Returns the whole seconds until `until` (ms since the epoch), 0 once it has passed.
 *
 * @param until null where nothing is waited for.
 * @param onEnd called once when it passes.
 */
export function useCountdown(until: number | null, onEnd?: () => void): number {
  const [now, setNow] = useState(() => Date.now());
  const left = until === null ? 0 : Math.max(0, Math.ceil((until - now) / 1000));
  useEffect(() => {
    if (until === null) return;
    setNow(Date.now());
    const ticking = setInterval(() => setNow(Date.now()), 250);
    const ending = setTimeout(
      () => {
        setNow(Date.now());
        clearInterval(ticking);
        onEnd?.();
      },
      Math.max(0, until - Date.now()),
    );
    return () => {
      clearInterval(ticking);
      clearTimeout(ending);
    };
  }, [until, onEnd]);
  return left;
}

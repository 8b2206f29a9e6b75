import { useEffect, useRef, useState } from "react";

const SETTLED_MS = 100; // what the dialog took off the page has gone by then

/**
 * Says where the focus goes when a dialog closes: back to what had it; if that is gone, or goes with
 * what the dialog did, to `elsewhere`.
 */
export function useFocusAfter(elsewhere: (() => HTMLElement | null | undefined) | undefined) {
  const [opener] = useState(() => document.activeElement);
  const latest = useRef(elsewhere);
  useEffect(() => {
    latest.current = elsewhere;
  }, [elsewhere]);
  useEffect(
    () => () => {
      setTimeout(() => {
        if (document.activeElement === document.body) latest.current?.()?.focus();
      }, SETTLED_MS);
    },
    [],
  );
  if (elsewhere === undefined) return true;
  return () => (opener?.isConnected ? null : (elsewhere() ?? null));
}

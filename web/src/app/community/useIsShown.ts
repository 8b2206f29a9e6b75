import { type RefObject, useEffect, useRef } from "react";

/**
 * Whether a dialog is still there when its answer comes: that of one that was cancelled must not
 * close, or lead away from, what is open by then.
 */
export function useIsShown(): RefObject<boolean> {
  const isShown = useRef(true);
  useEffect(() => {
    isShown.current = true;
    return () => {
      isShown.current = false;
    };
  }, []);
  return isShown;
}

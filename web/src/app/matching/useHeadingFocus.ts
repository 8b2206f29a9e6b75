import { type RefObject, useEffect, useRef } from "react";

const FOCUS_LOST_MS = 50;

/** What had the focus may have gone with what was shown before: then it goes to the new heading. */
export function useHeadingFocus(): RefObject<HTMLHeadingElement | null> {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    const later = setTimeout(() => {
      if (document.activeElement === document.body) heading.current?.focus();
    }, FOCUS_LOST_MS);
    return () => clearTimeout(later);
  }, []);
  return heading;
}

import { type FocusEvent, type RefObject, useLayoutEffect, useRef } from "react";

/**
 * Keeps the focus near when the row that has it goes: it goes to `fallback` then, and isn't lost.
 *
 * @param rows whatever the rows are drawn of: looked after with each change.
 * @returns what the list listens to.
 */
export function useFocusKept(fallback: RefObject<HTMLElement | null>, rows: unknown) {
  const inside = useRef(false);
  // biome-ignore lint/correctness/useExhaustiveDependencies: rows go when they change
  useLayoutEffect(() => {
    if (!inside.current || document.activeElement !== document.body) return;
    inside.current = false;
    fallback.current?.focus();
  }, [rows, fallback]);
  return {
    onFocus: () => {
      inside.current = true;
    },
    onBlur: ({ target }: FocusEvent<HTMLElement>) => {
      queueMicrotask(() => {
        if (target.isConnected) inside.current = false; // it was left, and didn't go
      });
    },
  };
}

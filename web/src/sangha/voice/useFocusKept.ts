import { type FocusEvent, type RefObject, useLayoutEffect, useRef } from "react";

/**
 * Keeps the focus near when what has it goes: it goes to the first button of `fallback` then, or to
 * `fallback` itself, and isn't lost.
 *
 * @param drawnOf what the things that may go are drawn of: looked after with each change.
 * @returns what the element around them listens to.
 */
export function useFocusKept(fallback: RefObject<HTMLElement | null>, drawnOf: unknown) {
  const inside = useRef(false);
  const came = useRef(0); // how often the focus came: one that goes and comes in one turn stays
  // biome-ignore lint/correctness/useExhaustiveDependencies: things go when it changes
  useLayoutEffect(() => {
    if (!inside.current || document.activeElement !== document.body) return;
    inside.current = false;
    (fallback.current?.querySelector("button") ?? fallback.current)?.focus();
  }, [drawnOf, fallback]);
  return {
    onFocus: () => {
      came.current += 1;
      inside.current = true;
    },
    onBlur: ({ target }: FocusEvent<HTMLElement>) => {
      const before = came.current;
      queueMicrotask(() => {
        // It was left, and didn't go.
        if (target.isConnected && came.current === before) inside.current = false;
      });
    },
  };
}

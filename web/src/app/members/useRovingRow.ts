import { type KeyboardEvent, type RefObject, useLayoutEffect, useRef, useState } from "react";
import type { Row } from "./rows";

/** Where a key leads from one member to another: places among all members of the list. */
function led(key: string, from: number, last: number, page: number): number | null {
  switch (key) {
    case "ArrowDown":
      return Math.min(last, from + 1);
    case "ArrowUp":
      return Math.max(0, from - 1);
    case "PageDown":
      return Math.min(last, from + page);
    case "PageUp":
      return Math.max(0, from - page);
    case "Home":
      return 0;
    case "End":
      return last;
    default:
      return null;
  }
}

/**
 * One member of the list takes the Tab key's stop, and the keys move it. Where that member goes
 * away while they have the focus, who comes in their place gets it.
 */
export function useRovingRow(rows: readonly Row[], scroller: RefObject<HTMLElement | null>) {
  const [active, setActive] = useState<{ key: string; place: number } | null>(null);
  const [turn, setTurn] = useState(0); // each one moves the focus
  const inside = useRef(false);
  const members = rows.flatMap((row, index) => (row.kind === "member" ? [index] : []));
  const kept = rows.findIndex((row) => row.kind === "member" && row.key === active?.key);
  const activeRow =
    kept >= 0 ? kept : (members[Math.min(active?.place ?? 0, members.length - 1)] ?? -1);

  const take = (row: number) =>
    setActive({ key: rows[row]?.key ?? "", place: members.indexOf(row) });
  const focus = (row: number) =>
    scroller.current
      ?.querySelector<HTMLElement>(`[data-row="${row}"]`)
      ?.focus({ preventScroll: true });

  // biome-ignore lint/correctness/useExhaustiveDependencies: only a key moves the focus
  useLayoutEffect(() => {
    if (turn > 0) focus(activeRow);
  }, [turn]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: only a list that changed loses it
  useLayoutEffect(() => {
    if (inside.current && document.activeElement === document.body) focus(activeRow);
  }, [rows]);

  return {
    activeRow,
    onFocus: (event: { target: EventTarget }) => {
      inside.current = true;
      const row =
        event.target instanceof HTMLElement ? Number(event.target.dataset.row) : Number.NaN;
      if (!Number.isNaN(row) && row !== activeRow) take(row);
    },
    onBlur: (event: { relatedTarget: EventTarget | null }) => {
      if (event.relatedTarget !== null) inside.current = false;
    },
    /** Returns the row that the key leads to, so that it can be scrolled to. */
    onKey: (event: KeyboardEvent, page: number): number | null => {
      if (!(event.target instanceof HTMLElement) || event.target.dataset.row === undefined)
        return null;
      if (event.altKey || event.ctrlKey || event.metaKey) return null;
      const to = led(event.key, members.indexOf(activeRow), members.length - 1, page);
      const row = to === null ? undefined : members[to];
      if (row === undefined) return null;
      event.preventDefault();
      take(row);
      setTurn((before) => before + 1);
      return row;
    },
  };
}

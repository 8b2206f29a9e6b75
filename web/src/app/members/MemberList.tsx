import { useVirtualizer } from "@tanstack/react-virtual";
import { useCallback, useMemo, useRef } from "react";
import type { Member } from "../../sangha/api/types";
import type { MemberGroup } from "./groups";
import { GroupHead, GroupRows } from "./MemberGroupRows";
import styles from "./MemberList.module.css";
import { rowsOf } from "./rows";
import { useRovingRow } from "./useRovingRow";

const HEAD_PX = 40;
const ROW_PX = 44; // a finger's, so the same for mouse and touch
const AROUND = 8; // rows rendered beyond each edge

interface MemberListProps {
  groups: readonly MemberGroup[];
  onOpen: (member: Member) => void;
}

/**
 * Groups of members, of which only what can be seen is in the document: each group is a list that
 * says how many it has and which of them a row is. One stop of the Tab key; arrows, Home, End and
 * the page keys go through it.
 */
export function MemberList({ groups, onOpen }: MemberListProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const rows = useMemo(() => rowsOf(groups), [groups]);
  const roving = useRovingRow(rows, scroller);
  const { activeRow } = roving;
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: useCallback(
      (row: number) => (rows[row]?.kind === "head" ? HEAD_PX : ROW_PX),
      [rows],
    ),
    getItemKey: useCallback((row: number) => rows[row]?.key ?? row, [rows]),
    overscan: AROUND,
    scrollPaddingStart: HEAD_PX,
    useFlushSync: false,
    rangeExtractor: useCallback(
      (range: { startIndex: number; endIndex: number; overscan: number; count: number }) => {
        const first = Math.max(0, range.startIndex - range.overscan);
        const last = Math.min(range.count - 1, range.endIndex + range.overscan);
        const seen = Array.from({ length: last - first + 1 }, (_, place) => first + place);
        if (activeRow < 0 || (activeRow >= first && activeRow <= last)) return seen;
        return [...seen, activeRow].sort((one, other) => one - other); // keeps the focus alive
      },
      [activeRow],
    ),
  });
  const items = virtual.getVirtualItems();
  const move = (event: React.KeyboardEvent) => {
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / ROW_PX) - 1);
    const row = roving.onKey(event, page);
    if (row !== null) virtual.scrollToIndex(row, { align: "auto" });
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the keys are those of the rows inside
    <div
      ref={scroller}
      className={styles.scroller}
      onKeyDown={move}
      onFocus={roving.onFocus}
      onBlur={roving.onBlur}
    >
      <div className={styles.rows} style={{ height: virtual.getTotalSize() }}>
        {groups.map((group) => {
          const inIt = items.filter((item) => rows[item.index]?.group === group);
          const head = inIt.find((item) => rows[item.index]?.kind === "head");
          return inIt.length === 0 ? null : (
            <section key={group.key} aria-label={group.title}>
              {head !== undefined && <GroupHead group={group} top={head.start} />}
              <GroupRows
                group={group}
                items={inIt}
                rows={rows}
                activeRow={activeRow}
                onOpen={onOpen}
              />
            </section>
          );
        })}
      </div>
    </div>
  );
}

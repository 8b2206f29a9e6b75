import {
  EmojiPicker,
  type EmojiPickerListCategoryHeaderProps,
  type EmojiPickerListEmojiProps,
  type EmojiPickerListRowProps,
  useActiveEmoji,
} from "frimousse";
import { createContext, type KeyboardEvent, useContext, useEffect, useMemo, useRef } from "react";
import { Button } from "../ui/Button";
import styles from "./IconPicker.module.css";
import { isSameEmoji } from "./icons";

/** What the cells need to know; Frimousse wants one component for all of them. */
const Cells = createContext<{ id: string; value: string | null }>({ id: "", value: null });

function Emoji({ emoji, ...props }: EmojiPickerListEmojiProps) {
  const { id, value } = useContext(Cells);
  return (
    // biome-ignore lint/a11y/useAriaPropsSupportedByRole: its props make it a gridcell
    <button
      type="button"
      {...props}
      id={emoji.isActive ? id : undefined}
      aria-colindex={fromOne(props["aria-colindex"])}
      aria-selected={value !== null && isSameEmoji(value, emoji.emoji)}
      className={styles.emoji}
    >
      {emoji.emoji}
    </button>
  );
}

/** Frimousse counts from 0, ARIA from 1. */
function fromOne(index: number | undefined): number | undefined {
  return index === undefined ? undefined : index + 1;
}

function Row(props: EmojiPickerListRowProps) {
  return (
    <div
      {...props}
      {...{ "aria-rowindex": fromOne(props["aria-rowindex"]) }}
      className={styles.emojis}
    />
  );
}

function CategoryHeader({ category, ...props }: EmojiPickerListCategoryHeaderProps) {
  return (
    <div {...props} className={styles.category}>
      {category.label}
    </div>
  );
}

const COMPONENTS = { Emoji, Row, CategoryHeader };

interface EmojiGridProps {
  /** Of the cell that the arrows have reached. */
  id: string;
  value: string | null;
  failed: boolean;
  onRetry: () => void;
  /** The focus leaves upwards. */
  onAbove: () => void;
}

/** The emojis, of which only those in sight are drawn. The grid has the focus, its cells never. */
export function EmojiGrid({ id, value, failed, onRetry, onAbove }: EmojiGridProps) {
  const active = useActiveEmoji();
  const grid = useRef<HTMLDivElement>(null);
  const byKey = useRef(false);
  const cells = useMemo(() => ({ id, value }), [id, value]);

  // What the arrows reach comes into sight; what the pointer reaches is there.
  useEffect(() => {
    if (active === undefined || !byKey.current) return;
    grid.current?.querySelector("[data-active]")?.scrollIntoView({ block: "nearest" });
  }, [active]);

  function onKeyDown(event: KeyboardEvent<HTMLElement>) {
    const drawn = event.currentTarget;
    const cell = drawn.querySelector<HTMLElement>("[data-active]");
    byKey.current = true;
    if (event.key === " ") {
      event.preventDefault();
      // Pressed at once, a key comes before the first cell is reached.
      (cell ?? drawn.querySelector<HTMLElement>("[aria-rowindex] [role=gridcell]"))?.click();
    }
    const isFirst = active === undefined || cell?.closest("[aria-rowindex='1']") != null;
    if (event.key === "ArrowUp" && isFirst) {
      event.preventDefault();
      onAbove();
    }
  }

  if (failed) {
    return (
      <div className={styles.away} role="status">
        <p>The emojis can’t be read right now. The icons work all the same.</p>
        <Button size="small" onClick={onRetry}>
          Try again
        </Button>
      </div>
    );
  }
  return (
    <EmojiPicker.Viewport className={styles.viewport}>
      <EmojiPicker.Loading className={styles.said}>Reading the emojis…</EmojiPicker.Loading>
      <EmojiPicker.Empty className={styles.said}>No emoji is called that.</EmojiPicker.Empty>
      <Cells value={cells}>
        {/* The attribute makes Frimousse hear the arrows while the grid has the focus. */}
        <EmojiPicker.List
          ref={grid}
          className={styles.list}
          onPointerMove={() => {
            byKey.current = false;
          }}
          components={COMPONENTS}
          frimousse-viewport=""
          data-emojis
          tabIndex={0}
          aria-label="Emojis"
          aria-activedescendant={active === undefined ? undefined : id}
          onKeyDown={onKeyDown}
        />
      </Cells>
    </EmojiPicker.Viewport>
  );
}

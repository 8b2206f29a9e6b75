// biome-ignore-all lint/a11y/useSemanticElements: a grid of choices, not a table of data
import { type KeyboardEvent, useId, useRef, useState } from "react";
import { RoleBadge } from "../badges/RoleBadge";
import hidden from "../style/hidden.module.css";
import { Tip } from "../ui/Tip";
import styles from "./IconPicker.module.css";
import { CROWN, type NamedIcon } from "./icons";

const COLUMNS = 6;
const RESERVED = "The crown is the owner’s: no role can have it.";

interface IconGridProps {
  icons: readonly NamedIcon[];
  value: string | null;
  color: string | null;
  onChoose: (icon: string, called: string) => void;
  /** The focus leaves upwards, or downwards. */
  onAbove: () => void;
  onBelow: () => void;
}

/** Where an arrow, Home or End leads; undefined where it leads out, or is none of them. */
function moved(from: number, key: string, isWhole: boolean, count: number): number | undefined {
  const row = Math.floor(from / COLUMNS);
  const last = count - 1;
  const to = {
    ArrowLeft: Math.max(0, from - 1),
    ArrowRight: Math.min(last, from + 1),
    ArrowUp: from - COLUMNS,
    ArrowDown: row < Math.floor(last / COLUMNS) ? Math.min(last, from + COLUMNS) : count,
    Home: isWhole ? 0 : row * COLUMNS,
    End: isWhole ? last : Math.min(last, row * COLUMNS + COLUMNS - 1),
  }[key];
  return to;
}

/** The icons as a grid: one stop for Tab, arrows inside, Enter or space chooses. */
export function IconGrid({ icons, value, color, onChoose, onAbove, onBelow }: IconGridProps) {
  const grid = useRef<HTMLDivElement>(null);
  const why = useId();
  const chosen = icons.findIndex(({ icon }) => icon === value);
  const [stop, setStop] = useState<string | null>(null);
  const stopped = icons.findIndex(({ icon }) => icon === stop);
  const current = Math.max(0, stopped >= 0 ? stopped : chosen);
  const rows = Array.from({ length: Math.ceil(icons.length / COLUMNS) }, (_, row) =>
    icons.slice(row * COLUMNS, (row + 1) * COLUMNS),
  );

  function onKeyDown(event: KeyboardEvent) {
    const to = moved(current, event.key, event.ctrlKey, icons.length);
    if (to === undefined) return;
    event.preventDefault();
    if (to < 0) onAbove();
    else if (to >= icons.length) onBelow();
    else grid.current?.querySelectorAll<HTMLElement>("[role=gridcell]")[to]?.focus();
  }

  return (
    <div ref={grid} role="grid" aria-label="Icons" className={styles.icons} onKeyDown={onKeyDown}>
      {rows.map((row, at) => (
        // biome-ignore lint/a11y/useFocusableInteractive: its cells take the focus
        <div key={row[0]?.icon} role="row" className={styles.row}>
          {row.map(({ icon, label }, column) => {
            const isReserved = icon === CROWN.icon;
            const isStop = at * COLUMNS + column === current;
            return (
              <Tip key={icon} text={isReserved ? RESERVED : label}>
                <button
                  type="button"
                  role="gridcell"
                  className={styles.cell}
                  tabIndex={isStop ? 0 : -1}
                  data-icons={isStop || undefined}
                  aria-label={label}
                  aria-selected={icon === value}
                  aria-disabled={isReserved || undefined}
                  aria-describedby={isReserved ? why : undefined}
                  onFocus={() => setStop(icon)}
                  onClick={() => isReserved || onChoose(icon, label)}
                >
                  <span aria-hidden className={styles.drawn}>
                    <RoleBadge
                      badge={{ icon, label, color: isReserved ? null : color }}
                      size={20}
                      tip={false}
                    />
                  </span>
                </button>
              </Tip>
            );
          })}
        </div>
      ))}
      <span id={why} className={hidden.hidden}>
        {RESERVED}
      </span>
    </div>
  );
}

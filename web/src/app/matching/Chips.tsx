import { X } from "lucide-react";
import styles from "./Chips.module.css";

interface ChipsProps {
  label: string;
  items: readonly { id: string; name: string }[];
  /** Left out, they are only read. */
  onRemove?: (id: string) => void;
}

/** A few short texts, each with its own way out. */
export function Chips({ label, items, onRemove }: ChipsProps) {
  if (items.length === 0) return null;
  return (
    // biome-ignore lint/a11y/noRedundantRoles: Safari drops the role of a list without bullets
    <ul role="list" className={styles.chips} aria-label={label}>
      {items.map(({ id, name }) => (
        <li key={id} className={styles.chip}>
          <bdi title={name}>{name}</bdi>
          {onRemove !== undefined && (
            <button
              type="button"
              className={styles.remove}
              aria-label={`Remove ${name}`}
              onClick={() => onRemove(id)}
            >
              <X aria-hidden />
            </button>
          )}
        </li>
      ))}
    </ul>
  );
}

import { Switch } from "@base-ui/react/switch";
import { type ReactNode, useId } from "react";
import styles from "./Toggle.module.css";

export interface ToggleProps {
  label: string;
  hint?: ReactNode;
  checked: boolean;
  onChange: (checked: boolean) => void;
  /** Why it can't be changed now. */
  why?: string | undefined;
}

/** A switch with its words; with `why` it can be read and focused, not changed. */
export function Toggle({ label, hint, checked, onChange, why }: ToggleProps) {
  const id = useId();
  return (
    <div className={styles.row} data-blocked={why !== undefined || undefined}>
      <div className={styles.words}>
        <span id={`${id}-label`} className={styles.label}>
          {label}
        </span>
        <span id={`${id}-hint`} className={styles.hint}>
          {hint}
          {why !== undefined && <span className={styles.why}>{why}</span>}
        </span>
      </div>
      <Switch.Root
        className={styles.track}
        aria-labelledby={`${id}-label`}
        aria-describedby={`${id}-hint`}
        checked={checked}
        readOnly={why !== undefined}
        aria-disabled={why !== undefined || undefined}
        onCheckedChange={onChange}
      >
        <Switch.Thumb className={styles.thumb} />
      </Switch.Root>
    </div>
  );
}

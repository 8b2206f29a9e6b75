import hidden from "../style/hidden.module.css";
import styles from "./Skeleton.module.css";

/** Where lines will be: shown while they are read, and said once. */
export function Skeleton({ lines = 3, label = "Loading" }: { lines?: number; label?: string }) {
  return (
    <div role="status" className={styles.skeleton}>
      <span className={hidden.hidden}>{label}</span>
      {Array.from({ length: lines }, (_, line) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: they are all alike
        <span key={line} className={styles.line} aria-hidden />
      ))}
    </div>
  );
}

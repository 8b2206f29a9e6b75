import { CloudOff, type LucideIcon } from "lucide-react";
import type { ReactNode } from "react";
import { Button } from "../../sangha/ui/Button";
import styles from "./Broken.module.css";

export interface BrokenProps {
  title: string;
  /** What happened, and what still works, in words for people. */
  children: ReactNode;
  onRetry?: () => void;
  Icon?: LucideIcon;
  /** What else one can do. */
  ways?: ReactNode;
  /** Seconds until it is tried again by itself. */
  retryInS?: number;
}

/** In place of what can't be shown: says why and what to do. Never the words of an error. */
export function Broken(props: BrokenProps) {
  const { title, children, onRetry, Icon = CloudOff, ways, retryInS } = props;
  return (
    <section className={styles.broken} role="alert">
      <Icon aria-hidden className={styles.icon} />
      <h2 className={styles.title}>{title}</h2>
      <p className={styles.text}>{children}</p>
      {onRetry !== undefined && (
        <Button look="primary" onClick={onRetry}>
          {retryInS !== undefined && retryInS > 0
            ? `Try again (by itself in ${retryInS} s)`
            : "Try again"}
        </Button>
      )}
      {ways}
    </section>
  );
}

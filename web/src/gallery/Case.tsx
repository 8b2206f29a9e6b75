import { type ReactNode, useEffect, useId } from "react";
import styles from "./Gallery.module.css";

/** The head of a piece's page: what it is for. */
export function Title({ name, children }: { name: string; children: ReactNode }) {
  useEffect(() => {
    document.title = `${name} · The pieces · Sangha`;
  }, [name]);
  return (
    <div className={styles.title}>
      <h2>{name}</h2>
      <p>{children}</p>
    </div>
  );
}

export function Cases({ children }: { children: ReactNode }) {
  return <div className={styles.cases}>{children}</div>;
}

/** One state of a piece. */
export function Case({ title, children }: { title: string; children: ReactNode }) {
  const id = useId();
  return (
    <figure className={styles.case} aria-labelledby={id}>
      <figcaption id={id}>{title}</figcaption>
      <div className={styles.shown}>{children}</div>
    </figure>
  );
}

import { ArrowLeft } from "lucide-react";
import type { ReactNode } from "react";
import { Link } from "wouter";
import styles from "./Bar.module.css";

interface BarProps {
  icon?: ReactNode;
  title: string;
  /** Where the narrow screen's way back leads. */
  back: string;
  children?: ReactNode;
}

/** The head of a screen: what it is, and what can be done there. */
export function Bar({ icon, title, back, children }: BarProps) {
  return (
    <header className={styles.bar}>
      <Link href={back} className={styles.back ?? ""} aria-label="Back">
        <ArrowLeft aria-hidden />
      </Link>
      {icon}
      <h1 className={styles.title}>
        <bdi>{title}</bdi>
      </h1>
      <div className={styles.actions}>{children}</div>
    </header>
  );
}

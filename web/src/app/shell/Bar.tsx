import { ArrowLeft } from "lucide-react";
import { type ReactNode, useEffect, useRef } from "react";
import { Link } from "wouter";
import styles from "./Bar.module.css";
import { usePageTitle } from "./usePageTitle";

const FOCUS_LOST_MS = 50;

interface BarProps {
  icon?: ReactNode;
  title: string;
  /** Where the narrow screen's way back leads. */
  back: string;
  children?: ReactNode;
}

/** The head of a screen: what it is, and what can be done there. */
export function Bar({ icon, title, back, children }: BarProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  usePageTitle(title);
  // biome-ignore lint/correctness/useExhaustiveDependencies: each screen has a title of its own
  useEffect(() => {
    // On a narrow screen the link that led here is gone, and the focus with it.
    const later = setTimeout(() => {
      if (document.activeElement === document.body) heading.current?.focus();
    }, FOCUS_LOST_MS);
    return () => clearTimeout(later);
  }, [title]);
  return (
    <header className={styles.bar}>
      <Link href={back} className={styles.back ?? ""} aria-label="Back">
        <ArrowLeft aria-hidden />
      </Link>
      {icon}
      <h1 ref={heading} tabIndex={-1} className={styles.title}>
        <bdi>{title}</bdi>
      </h1>
      <div className={styles.actions}>{children}</div>
    </header>
  );
}

import type { ReactNode } from "react";
import styles from "./settings.module.css";

interface SettingsPageProps {
  title: string;
  /** What the page is for. */
  lead?: ReactNode;
  /** What can be added here. */
  action?: ReactNode;
  children: ReactNode;
}

/** One subject of the server settings. */
export function SettingsPage({ title, lead, action, children }: SettingsPageProps) {
  return (
    <div className={styles.page}>
      <header className={styles.head}>
        <h1>{title}</h1>
        {action}
        {lead !== undefined && <p className={styles.lead}>{lead}</p>}
      </header>
      {children}
    </div>
  );
}

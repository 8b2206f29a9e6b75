import type { ReactNode } from "react";
import hidden from "../../sangha/style/hidden.module.css";
import styles from "./Shell.module.css";
import { SideFoot } from "./SideFoot";
import { usePageTitle } from "./usePageTitle";

interface SideProps {
  /** Of the landmark. */
  name: string;
  /** What it is the side of. */
  title: string;
  /** Whether it is the page: on a narrow screen, or while there is nothing else. */
  page: boolean;
  /** The name of who is signed in; left out until it is known. */
  me?: string;
  children: ReactNode;
}

/** The column beside the screen; where there is room for one only, the page itself. */
export function Side({ name, title, page, me, children }: SideProps) {
  usePageTitle(page ? title : null);
  return (
    // biome-ignore lint/a11y/useAriaPropsSupportedByRole: both roles that it may have support it
    <div
      id={page ? "main" : undefined}
      className={styles.side}
      role={page ? "main" : "complementary"}
      aria-label={name}
    >
      <div className={styles.list}>
        {page && <h1 className={hidden.hidden}>{title}</h1>}
        {children}
      </div>
      {me !== undefined && <SideFoot name={me} />}
    </div>
  );
}

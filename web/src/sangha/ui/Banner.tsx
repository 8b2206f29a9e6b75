import { CircleAlert, Info, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import styles from "./Banner.module.css";

const ICONS = { info: Info, warning: TriangleAlert, danger: CircleAlert };

export interface BannerProps {
  tone?: "info" | "warning" | "danger";
  title?: string;
  children?: ReactNode;
  action?: ReactNode;
  /** Not said by screen readers: something else on the page says it. */
  quiet?: boolean;
}

/** Something people should know, where it matters; said at once by screen readers. */
export function Banner({ tone = "info", title, children, action, quiet = false }: BannerProps) {
  const Icon = ICONS[tone];
  const role = tone === "danger" ? "alert" : "status";
  return (
    <div className={styles.banner} data-tone={tone} role={quiet ? undefined : role}>
      <Icon className={styles.icon} aria-hidden />
      <div className={styles.text}>
        {title !== undefined && <strong>{title}</strong>}
        {children !== undefined && <div>{children}</div>}
      </div>
      {action}
    </div>
  );
}

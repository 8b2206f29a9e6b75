import { CircleAlert, Info, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import styles from "./Banner.module.css";

const ICONS = { info: Info, warning: TriangleAlert, danger: CircleAlert };

export interface BannerProps {
  tone?: "info" | "warning" | "danger";
  title?: string;
  children?: ReactNode;
  action?: ReactNode;
}

/** Something people should know, where it matters; said at once by screen readers. */
export function Banner({ tone = "info", title, children, action }: BannerProps) {
  const Icon = ICONS[tone];
  return (
    <div className={styles.banner} data-tone={tone} role={tone === "danger" ? "alert" : "status"}>
      <Icon className={styles.icon} aria-hidden />
      <div className={styles.text}>
        {title !== undefined && <strong>{title}</strong>}
        {children !== undefined && <div>{children}</div>}
      </div>
      {action}
    </div>
  );
}

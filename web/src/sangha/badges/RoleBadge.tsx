import {
  Bot,
  Crown,
  Gamepad2,
  Gavel,
  Gem,
  Heart,
  Leaf,
  type LucideIcon,
  Music,
  Shield,
  Star,
  Trophy,
  Wrench,
} from "lucide-react";
import type { CSSProperties } from "react";
import type { Badge } from "../api/types";
import { Tip } from "../ui/Tip";
import { READABLE, readable } from "./color";
import styles from "./RoleBadge.module.css";

/** The icons of `GET /api/badges`, by name, drawn by the same library. */
export const BADGE_ICONS: Readonly<Record<string, LucideIcon>> = {
  crown: Crown,
  shield: Shield,
  gavel: Gavel,
  star: Star,
  gem: Gem,
  heart: Heart,
  wrench: Wrench,
  bot: Bot,
  music: Music,
  gamepad: Gamepad2,
  trophy: Trophy,
  leaf: Leaf,
};

const GRAPHEMES = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** Returns the one emoji that an icon is; of anything else its first character. */
function oneEmoji(icon: string): string {
  for (const { segment } of GRAPHEMES.segment(icon)) return segment;
  return "";
}

/** Returns the two shades of a colour as custom properties: CSS takes the theme's. */
export function shades(color: string | null | undefined, least: number): CSSProperties | undefined {
  if (color === null || color === undefined) return undefined;
  const dark = readable(color, "dark", least);
  const light = readable(color, "light", least);
  return dark === null || light === null
    ? undefined
    : ({ "--on-dark": dark, "--on-light": light } as CSSProperties);
}

export interface RoleBadgeProps {
  /** With an empty label it is decoration: the role's name stands beside it. */
  badge: Pick<Badge, "icon" | "label" | "color">;
  /** Pixels. */
  size?: 14 | 16 | 20 | 24;
  /** Whether hovering shows the role's name; it is said to screen readers in any case. */
  tip?: boolean;
}

/** A role's icon or emoji, in the role's colour. The crown is the owner's. */
export function RoleBadge({ badge, size = 16, tip = true }: RoleBadgeProps) {
  const Icon = Object.hasOwn(BADGE_ICONS, badge.icon) ? BADGE_ICONS[badge.icon] : undefined;
  const isSaid = badge.label !== "";
  const drawn = (
    <span
      className={styles.badge}
      data-size={size}
      data-crown={badge.icon === "crown" || undefined}
      style={shades(badge.color, READABLE.icon)}
      {...(isSaid ? { role: "img", "aria-label": badge.label } : { "aria-hidden": true })}
    >
      {Icon === undefined ? (
        <span className={styles.emoji}>{oneEmoji(badge.icon)}</span>
      ) : (
        <Icon aria-hidden />
      )}
    </span>
  );
  return tip && isSaid ? <Tip text={badge.label}>{drawn}</Tip> : drawn;
}

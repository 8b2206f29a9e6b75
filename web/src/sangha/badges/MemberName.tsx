import type { Badge } from "../api/types";
import { Tip } from "../ui/Tip";
import { READABLE } from "./color";
import styles from "./MemberName.module.css";
import { RoleBadge, shades } from "./RoleBadge";

export interface MemberNameProps {
  name: string;
  /** Of their highest role that has one: `#rrggbb`. Drawn in the nearest readable shade. */
  color?: string | null | undefined;
  /** The crown first, then the highest role's. */
  badges?: readonly Pick<Badge, "icon" | "label" | "color">[];
  /** How many badges are drawn; the others are counted. */
  most?: number;
  size?: 14 | 16 | 20;
}

/** A member's name in their colour, with their badges. One line, whatever the name is made of. */
export function MemberName({ name, color, badges = [], most = 3, size = 16 }: MemberNameProps) {
  const more = badges.slice(most);
  const others = more.map((badge) => badge.label).join(", ");
  return (
    <span className={styles.member}>
      <bdi className={styles.name} style={shades(color, READABLE.text)} title={name}>
        {name}
      </bdi>
      {badges.length > 0 && (
        <span className={styles.badges}>
          {badges.slice(0, most).map((badge, place) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: two roles may be alike, icon and name
            <RoleBadge key={place} badge={badge} size={size} />
          ))}
          {more.length > 0 && (
            <Tip text={others}>
              <span
                className={styles.more}
                role="img"
                aria-label={`and ${more.length} more: ${others}`}
              >
                +{more.length}
              </span>
            </Tip>
          )}
        </span>
      )}
    </span>
  );
}

import type { Role } from "../../sangha/api/types";
import { READABLE } from "../../sangha/badges/color";
import { RoleBadge, shades } from "../../sangha/badges/RoleBadge";
import { Tip } from "../../sangha/ui/Tip";
import styles from "./RolePicks.module.css";

interface RolePicksProps {
  /** What the group is for. */
  label: string;
  roles: readonly Role[];
  picked: (role: Role) => boolean;
  /** Why a role can't be picked or let go; undefined where it can. */
  why: (role: Role) => string | undefined;
  onPick: (role: Role, picked: boolean) => void;
}

/** Roles as checkboxes, each with its badge. What can't be changed says why. */
export function RolePicks({ label, roles, picked, why, onPick }: RolePicksProps) {
  return (
    // biome-ignore lint/a11y/noRedundantRoles: Safari drops the role of a list without bullets
    <ul role="list" className={styles.list} aria-label={label}>
      {roles.map((role) => {
        const locked = why(role);
        const pick = (
          <label className={styles.pick} data-locked={locked !== undefined || undefined}>
            <input
              type="checkbox"
              checked={picked(role)}
              aria-disabled={locked !== undefined || undefined}
              aria-description={locked}
              onChange={(event) => locked === undefined && onPick(role, event.target.checked)}
            />
            <span aria-hidden className={styles.icon}>
              {role.icon === null ? (
                <span className={styles.dot} style={shades(role.color, READABLE.icon)} />
              ) : (
                <RoleBadge
                  badge={{ icon: role.icon, label: role.name, color: role.color }}
                  tip={false}
                />
              )}
            </span>
            <bdi className={styles.name}>{role.name}</bdi>
          </label>
        );
        return (
          <li key={role.id}>{locked === undefined ? pick : <Tip text={locked}>{pick}</Tip>}</li>
        );
      })}
    </ul>
  );
}

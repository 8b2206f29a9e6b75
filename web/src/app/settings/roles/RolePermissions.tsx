import { useId } from "react";
import type { Role, WholeRoom } from "../../../sangha/api/types";
import { may, type PermissionName } from "../../../sangha/permissions";
import { Banner } from "../../../sangha/ui/Banner";
import { Toggle } from "../../../sangha/ui/Toggle";
import { names, PERMISSION_GROUPS, type PermissionText } from "./permissions";
import styles from "./Roles.module.css";

interface RolePermissionsProps {
  room: WholeRoom;
  /** The role as it is saved. */
  saved: Role;
  /** As they would be saved: decimal text. */
  permissions: string;
  /** Why nothing of it can be changed. */
  why: string | undefined;
  onChange: (name: PermissionName, on: boolean) => void;
}

/** What a role lets people do. Nobody gives a permission that they don't have themselves. */
export function RolePermissions(props: RolePermissionsProps) {
  const { room, saved, permissions, why, onChange } = props;
  const id = useId();

  function reason(name: PermissionName): string | undefined {
    if (why !== undefined) return ""; // said once, above the role
    if (may(room.me.permissions, name)) return undefined;
    // What the role has already may be taken away by anyone above it.
    return names(saved.permissions, name) ? undefined : "You don’t have this permission yourself.";
  }

  function hint({ name, hint: words }: PermissionText): string {
    const isTaken = !may(room.me.permissions, name) && names(saved.permissions, name);
    if (!isTaken || why !== undefined) return words;
    return `${words} You don’t have it yourself: once taken away and saved, you can’t give it back.`;
  }

  return (
    <div className={styles.permissions}>
      {names(permissions, "ADMINISTRATOR") && (
        <Banner tone="warning" title="This role may do everything.">
          Administrators have every permission in every channel, so the other switches change
          nothing while “Administrator” is on.
        </Banner>
      )}
      {PERMISSION_GROUPS.map((group, place) => (
        <section key={group.title} aria-labelledby={`${id}-${place}`}>
          <h3 id={`${id}-${place}`} className={styles.groupTitle}>
            {group.title}
          </h3>
          {group.permissions.map((text) => (
            <Toggle
              key={text.name}
              label={text.label}
              hint={hint(text)}
              checked={names(permissions, text.name)}
              why={reason(text.name)}
              onChange={(on) => onChange(text.name, on)}
            />
          ))}
        </section>
      ))}
    </div>
  );
}

import { useId } from "react";
import type { Member, WholeRoom } from "../../sangha/api/types";
import { RoleChips } from "../community/RoleChip";
import { RolePicks } from "../community/RolePicks";
import { WriteState } from "../community/WriteState";
import { whyNotFor } from "../settings/roles/locks";
import { whyNotGive } from "./allowed";
import styles from "./MemberCard.module.css";
import { useRoleChanges } from "./useRoleChanges";

/** A member's roles: as checkboxes for who may give some, else those that they have. */
export function RoleChoice({ room, member }: { room: WholeRoom; member: Member }) {
  const changes = useRoleChanges(room, member);
  const title = useId();
  const why = whyNotGive(room, member);
  const roles = room.roles.filter((role) => role.id !== room.room.id);
  const held = roles.filter((role) => member.roles.includes(role.id));
  return (
    <section className={styles.section} aria-labelledby={title}>
      <h3 id={title} className={styles.title}>
        Roles
      </h3>
      {why === undefined && roles.length > 0 ? (
        <RolePicks
          label="Roles"
          roles={roles}
          picked={(role) => changes.has(role.id)}
          why={(role) => whyNotFor(room, role, member, !member.roles.includes(role.id))}
          onPick={(role, given) => changes.choose(role.id, given)}
        />
      ) : (
        <>
          {held.length === 0 ? (
            <p className={styles.quiet}>No roles.</p>
          ) : (
            <RoleChips roles={held} />
          )}
          {why !== undefined && <p className={styles.quiet}>{why}</p>}
        </>
      )}
      <WriteState write={changes.write} />
    </section>
  );
}

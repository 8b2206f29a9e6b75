import { RoleBadge } from "../../sangha/badges/RoleBadge";
import styles from "./RoleChip.module.css";

interface RoleChipProps {
  name: string;
  icon: string | null;
  color: string | null;
}

/** A role in a row of roles: its badge and its name. */
export function RoleChip({ name, icon, color }: RoleChipProps) {
  return (
    <span className={styles.chip} title={name}>
      {icon !== null && (
        <span aria-hidden className={styles.icon}>
          <RoleBadge badge={{ icon, label: name, color }} size={14} tip={false} />
        </span>
      )}
      <bdi className={styles.name}>{name}</bdi>
    </span>
  );
}

/** Roles in a row, one after the other. */
export function RoleChips({ roles }: { roles: readonly (RoleChipProps & { id: string })[] }) {
  return (
    // biome-ignore lint/a11y/noRedundantRoles: Safari drops the role of a list without bullets
    <ul role="list" className={styles.chips}>
      {roles.map(({ id, ...role }) => (
        <li key={id}>
          <RoleChip {...role} />
        </li>
      ))}
    </ul>
  );
}

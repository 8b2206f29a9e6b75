import { ArrowLeft } from "lucide-react";
import type { RefObject } from "react";
import { Link } from "wouter";
import styles from "./Roles.module.css";

interface BackToRolesProps {
  roomId: string;
  ref?: RefObject<HTMLAnchorElement | null>;
}

/** Where there is room for one of them only, the way from a role to the list. */
export function BackToRoles({ roomId, ref }: BackToRolesProps) {
  return (
    <Link
      {...(ref !== undefined && { ref })}
      href={`/rooms/${roomId}/settings/roles`}
      className={styles.back}
    >
      <ArrowLeft aria-hidden />
      All roles
    </Link>
  );
}

import type { ReactNode } from "react";
import type { Member } from "../../../sangha/api/types";
import { MemberName } from "../../../sangha/badges/MemberName";
import { Avatar } from "../../../sangha/ui/Avatar";
import styles from "./RoleMembers.module.css";

/** One member in a list, and what can be done with them. */
export function MemberLine({ member, children }: { member: Member; children: ReactNode }) {
  return (
    <li className={styles.line}>
      <Avatar name={member.name} id={member.user_id} size={32} />
      <span className={styles.who}>
        <MemberName name={member.name} color={member.color} badges={member.badges} />
      </span>
      {children}
    </li>
  );
}

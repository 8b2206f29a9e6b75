import type { VirtualItem } from "@tanstack/react-virtual";
import type { Member } from "../../sangha/api/types";
import { MemberName } from "../../sangha/badges/MemberName";
import { RoleBadge } from "../../sangha/badges/RoleBadge";
import { Avatar } from "../../sangha/ui/Avatar";
import type { MemberGroup } from "./groups";
import styles from "./MemberList.module.css";
import type { Row } from "./rows";

/** A group's head: the role's badge and name, and how many are in it. */
export function GroupHead({ group, top }: { group: MemberGroup; top: number }) {
  const { role, title, members } = group;
  return (
    <h2 className={styles.head} style={{ transform: `translateY(${top}px)` }}>
      {role !== null && role.icon !== null && (
        <span aria-hidden className={styles.badge}>
          <RoleBadge
            badge={{ icon: role.icon, label: role.name, color: role.color }}
            size={14}
            tip={false}
          />
        </span>
      )}
      <bdi className={styles.title} title={title}>
        {title}
      </bdi>
      <span className={styles.many}>{members.length}</span>
    </h2>
  );
}

interface GroupRowsProps {
  group: MemberGroup;
  items: readonly VirtualItem[];
  rows: readonly Row[];
  activeRow: number;
  onOpen: (member: Member) => void;
}

/** Those members of a group that are in the window, as a list that says where in it they stand. */
export function GroupRows({ group, items, rows, activeRow, onOpen }: GroupRowsProps) {
  const offline = group.key === "offline";
  return (
    // biome-ignore lint/a11y/noRedundantRoles: Safari drops the role of a list without bullets
    <ul role="list" className={styles.list} aria-label={`${group.title}, ${group.members.length}`}>
      {items.map((item) => {
        const row = rows[item.index];
        if (row === undefined || row.kind === "head") return null;
        const { member } = row;
        return (
          <li
            key={row.key}
            className={styles.item}
            style={{ transform: `translateY(${item.start}px)` }}
            aria-setsize={group.members.length}
            aria-posinset={row.place}
          >
            <button
              type="button"
              className={styles.member}
              data-row={item.index}
              data-offline={offline || undefined}
              tabIndex={item.index === activeRow ? 0 : -1}
              aria-haspopup="dialog"
              onClick={() => onOpen(member)}
            >
              <Avatar name={member.name} id={member.user_id} size={32} online={!offline} />
              <MemberName name={member.name} color={member.color} badges={member.badges} />
            </button>
          </li>
        );
      })}
    </ul>
  );
}

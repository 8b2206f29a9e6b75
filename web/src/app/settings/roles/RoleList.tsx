import { DragDropProvider } from "@dnd-kit/react";
import { isSortable } from "@dnd-kit/react/sortable";
import { useId, useState } from "react";
import type { Member, WholeRoom } from "../../../sangha/api/types";
import hidden from "../../../sangha/style/hidden.module.css";
import { useAnnounce } from "../../../sangha/ui/Announcer";
import { DeleteRole } from "./DeleteRole";
import { createDragManager } from "./dragging";
import { isEveryone, whyLocked } from "./locks";
import styles from "./RoleList.module.css";
import { RoleRow } from "./RoleRow";
import { useLifting } from "./useLifting";
import { useRoleOrder } from "./useRoleOrder";
import type { RoleWrites } from "./useRoleWrites";

interface RoleListProps {
  room: WholeRoom;
  /** Whose page is shown. */
  shownId: string | undefined;
  writes: RoleWrites;
  /** Why nothing can be changed for a while. */
  limited: string | undefined;
  /** Those known so far; undefined until the first are read. */
  members: readonly Member[] | undefined;
  /** Whether they are all there are. */
  isAll: boolean;
  onDeleted: (roleId: string) => void;
}

/** The roles, the highest first: ordered by dragging, by the keyboard, or by their menus. */
export function RoleList(props: RoleListProps) {
  const { room, shownId, writes, limited, members, isAll, onDeleted } = props;
  const [manager] = useState(createDragManager);
  const [deletes, setDeletes] = useState<string | null>(null);
  const announce = useAnnounce();
  const help = useId();
  const { roles, everyone, move } = useRoleOrder(room, writes);
  const locked = roles.filter((role) => whyLocked(room, role) !== undefined).length;

  function place(roleId: string, to: number) {
    const role = roles.find(({ id }) => id === roleId);
    if (role === undefined) return;
    announce(`${role.name}, ${to + 1} of ${roles.length}`);
    move(roleId, to);
  }

  const lifting = useLifting(roles, locked, place);
  const held = lifting.order(roles);
  const counts = new Map<string, number>();
  if (isAll) {
    for (const member of members ?? []) {
      for (const id of member.roles) counts.set(id, (counts.get(id) ?? 0) + 1);
    }
  }
  const deleting = room.roles.find(({ id }) => id === deletes);

  return (
    <>
      <DragDropProvider
        manager={manager}
        onDragEnd={({ operation: { source }, canceled }) => {
          if (!isSortable(source) || canceled || source.initialIndex === source.index) return;
          place(String(source.id), source.index);
        }}
      >
        <ol className={styles.list} aria-label="Roles, the highest first">
          {held.map((role, index) => (
            <RoleRow
              key={role.id}
              room={room}
              role={role}
              index={index}
              first={locked}
              count={held.length}
              isShown={role.id === shownId}
              members={isAll ? (counts.get(role.id) ?? 0) : undefined}
              why={whyLocked(room, role) ?? limited}
              help={help}
              lifting={lifting}
              onPlace={(to) => place(role.id, to)}
              onDelete={() => setDeletes(role.id)}
            />
          ))}
          {everyone.map((role) => (
            <RoleRow
              key={role.id}
              room={room}
              role={role}
              index={held.length}
              first={locked}
              count={held.length}
              isShown={role.id === shownId}
              members={isAll ? members?.length : undefined}
              why={isEveryone(role) ? "Everyone has it, and it is always the lowest." : undefined}
              help={help}
              lifting={lifting}
            />
          ))}
        </ol>
      </DragDropProvider>
      <p id={help} className={hidden.hidden}>
        Press Space to pick the role up, the arrows to move it, Space to put it down, Escape to put
        it back.
      </p>
      {deleting !== undefined && (
        <DeleteRole
          room={room}
          role={deleting}
          writes={writes}
          onClose={() => setDeletes(null)}
          onDeleted={() => {
            setDeletes(null);
            onDeleted(deleting.id);
          }}
        />
      )}
    </>
  );
}

import { useSortable } from "@dnd-kit/react/sortable";
import { ArrowDown, ArrowUp, Ellipsis, GripVertical, Lock, Trash2 } from "lucide-react";
import { useLayoutEffect, useRef } from "react";
import { Link } from "wouter";
import type { Role, WholeRoom } from "../../../sangha/api/types";
import { READABLE } from "../../../sangha/badges/color";
import { RoleBadge, shades } from "../../../sangha/badges/RoleBadge";
import { Actions } from "../../../sangha/ui/Actions";
import { IconButton } from "../../../sangha/ui/Button";
import styles from "./RoleList.module.css";
import type { Lifting } from "./useLifting";

interface RoleRowProps {
  room: WholeRoom;
  role: Role;
  /** Its place, 0 the highest. */
  index: number;
  /** The first place that isn't locked. */
  first: number;
  /** How many roles there are, without @everyone. */
  count: number;
  isShown: boolean;
  /** How many have it; undefined where that isn't known. */
  members: number | undefined;
  /** Why it can't be moved or deleted. */
  why: string | undefined;
  /** The id of what tells how to order by the keyboard. */
  help: string;
  lifting: Lifting;
  onPlace?: (to: number) => void;
  onDelete?: () => void;
}

/** One role in the list: its handle, its name as it is drawn, how many have it, its menu. */
export function RoleRow(props: RoleRowProps) {
  const { room, role, index, first, count, isShown, members, why, help, lifting } = props;
  const { onPlace, onDelete } = props;
  const isLifted = lifting.liftedId === role.id;
  const handle = useRef<HTMLButtonElement>(null);
  const { ref, handleRef, isDragging } = useSortable({
    id: role.id,
    index,
    disabled: why !== undefined || lifting.liftedId !== null,
  });

  // A row that is drawn at another place loses the focus on the way.
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is the place that matters
  useLayoutEffect(() => {
    if (!isLifted) return;
    handle.current?.focus();
    lifting.onDrawn();
  }, [index, isLifted]);

  const { name } = role;
  return (
    <li
      ref={ref}
      className={styles.row}
      data-lifted={isLifted || isDragging || undefined}
      data-shown={isShown || undefined}
    >
      {why === undefined ? (
        <IconButton
          ref={(button) => {
            handle.current = button;
            handleRef(button);
          }}
          label={`Move ${name}`}
          size="small"
          pressed={isLifted}
          aria-describedby={help}
          onClick={(event) => event.detail === 0 && lifting.toggle(role)}
          onKeyDown={(event) => lifting.onKeyDown(event, role)}
          onBlur={() => lifting.onBlur(role)}
        >
          <GripVertical aria-hidden />
        </IconButton>
      ) : (
        <IconButton label={`Move ${name}`} size="small" why={why}>
          <Lock aria-hidden />
        </IconButton>
      )}
      <Link
        className={styles.link}
        href={`/rooms/${room.room.id}/settings/roles?role=${role.id}`}
        aria-current={isShown ? "true" : undefined}
      >
        {role.icon !== null && (
          <RoleBadge
            badge={{ icon: role.icon, label: "", color: role.color }}
            size={16}
            tip={false}
          />
        )}
        <bdi className={styles.name} style={shades(role.color, READABLE.text)} title={name}>
          {name}
        </bdi>
        {members !== undefined && (
          <span className={styles.count}>
            {members.toLocaleString()}
            <span className={styles.unit}>{members === 1 ? " member" : " members"}</span>
          </span>
        )}
      </Link>
      {onPlace !== undefined && onDelete !== undefined && (
        <Actions
          trigger={
            <IconButton label={`More for ${name}`} size="small">
              <Ellipsis aria-hidden />
            </IconButton>
          }
          groups={[
            [
              {
                label: "Move up",
                icon: <ArrowUp aria-hidden />,
                why: why ?? (index <= first ? whyFirst(first) : undefined),
                onSelect: () => onPlace(index - 1),
              },
              {
                label: "Move down",
                icon: <ArrowDown aria-hidden />,
                why: why ?? (index >= count - 1 ? "It is the lowest already." : undefined),
                onSelect: () => onPlace(index + 1),
              },
            ],
            [
              {
                label: "Delete",
                icon: <Trash2 aria-hidden />,
                tone: "danger" as const,
                why,
                onSelect: onDelete,
              },
            ],
          ]}
        />
      )}
    </li>
  );
}

function whyFirst(first: number): string {
  return first === 0 ? "It is the highest already." : "It can’t go above your own roles.";
}

import { Plus } from "lucide-react";
import { useEffect, useRef } from "react";
import { Link, useSearchParams } from "wouter";
import type { WholeRoom } from "../../sangha/api/types";
import { Banner } from "../../sangha/ui/Banner";
import { useCountdown } from "../../sangha/ui/useCountdown";
import { useMembers } from "../queries";
import { whyNoRoles } from "./roles/locks";
import { NewRole } from "./roles/NewRole";
import { ROLE_TITLE, RoleDetail } from "./roles/RoleDetail";
import { RoleList } from "./roles/RoleList";
import styles from "./roles/Roles.module.css";
import { useRoleWrites } from "./roles/useRoleWrites";

/** The search of the page on which a new role is made; a role's own has its id. */
const NEW = "new";

/** Server settings, roles: make, edit, order and give them. */
export default function RolesSettings({ room }: { room: WholeRoom }) {
  const roomId = room.room.id;
  const [search, setSearch] = useSearchParams();
  const writes = useRoleWrites(roomId);
  const members = useMembers(roomId);
  const left = useCountdown(writes.limitedUntil);
  const title = useRef<HTMLHeadingElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const lastShown = useRef<string | null>(null);

  const wanted = search.get("role");
  const role = room.roles.find(({ id }) => id === wanted);
  const why = whyNoRoles(room);
  const isNew = wanted === NEW && why === undefined;
  const isOpen = isNew || role !== undefined;
  const isGone = wanted !== null && !isOpen;

  // Who comes back to the list goes on where they left it; who has made a role is on its page.
  useEffect(() => {
    const last = lastShown.current;
    lastShown.current = wanted;
    const isLost = document.activeElement === document.body || document.activeElement === null;
    if (last === null || !isLost) return;
    if (wanted !== null) document.getElementById(ROLE_TITLE)?.focus();
    else {
      const link = list.current?.querySelector<HTMLElement>(`a[href$="role=${last}"]`);
      (link ?? title.current)?.focus();
    }
  }, [wanted]);

  useEffect(() => {
    if (isGone && document.activeElement === document.body) title.current?.focus();
  }, [isGone]);

  return (
    <div className={styles.roles} data-open={isOpen || undefined}>
      <header className={styles.head}>
        <div className={styles.intro}>
          <h1 ref={title} tabIndex={-1} className={styles.title}>
            Roles
          </h1>
          <p>A role decides what members may do, and how their names look.</p>
        </div>
        {why === undefined && (
          <Link
            className={styles.create}
            href={`/rooms/${roomId}/settings/roles?role=${NEW}`}
            aria-current={isNew ? "page" : undefined}
          >
            <Plus aria-hidden />
            Create role
          </Link>
        )}
      </header>
      {why !== undefined && <Banner>{why}</Banner>}
      {left > 0 && (
        <Banner tone="warning">
          That was a lot in a short time. You can change roles again in{" "}
          <span aria-live="off">{left} s</span>.
        </Banner>
      )}
      {isGone && <Banner tone="warning">That role doesn’t exist any more.</Banner>}
      <div className={styles.columns}>
        <div ref={list} className={styles.listColumn}>
          <RoleList
            room={room}
            shownId={role?.id}
            writes={writes}
            limited={left > 0 ? `Wait ${left} s: that was a lot in a short time.` : undefined}
            members={members.data?.pages.flatMap((page) => page.members)}
            isAll={members.hasNextPage === false}
            onDeleted={(roleId) => {
              if (roleId === wanted) setSearch({}, { replace: true });
              title.current?.focus();
            }}
          />
        </div>
        <div className={styles.detailColumn}>
          {isNew && (
            <NewRole
              room={room}
              writes={writes}
              onMade={(roleId) => setSearch({ role: roleId }, { replace: true })}
            />
          )}
          {role !== undefined && (
            <RoleDetail key={role.id} room={room} role={role} writes={writes} />
          )}
          {!isOpen && (
            <p className={styles.empty}>
              Choose a role to see what it lets people do. Whoever stands higher in the list may act
              on those below; everyone has the last one.
            </p>
          )}
        </div>
      </div>
    </div>
  );
}

import { Tabs } from "@base-ui/react/tabs";
import { useEffect, useRef } from "react";
import type { Role, WholeRoom } from "../../../sangha/api/types";
import { READABLE } from "../../../sangha/badges/color";
import { RoleBadge, shades } from "../../../sangha/badges/RoleBadge";
import { Banner } from "../../../sangha/ui/Banner";
import { LeaveDialog } from "../LeaveDialog";
import { useLeaveGuard } from "../useLeaveGuard";
import { BackToRoles } from "./BackToRoles";
import { isEveryone, whyLocked, whyNoRoles } from "./locks";
import { RoleLooks } from "./RoleLooks";
import { RoleMembers } from "./RoleMembers";
import { RolePermissions } from "./RolePermissions";
import styles from "./Roles.module.css";
import { SaveBar } from "./SaveBar";
import { useRoleDraft } from "./useRoleDraft";
import type { RoleWrites } from "./useRoleWrites";
import { useSaving } from "./useSaving";

/** The id of the heading, which takes the focus where the page takes another's place. */
export const ROLE_TITLE = "role-name";

interface RoleDetailProps {
  room: WholeRoom;
  role: Role;
  writes: RoleWrites;
}

/** One role's page: how it looks, what it lets people do, who has it. */
export function RoleDetail({ room, role, writes }: RoleDetailProps) {
  const draft = useRoleDraft(role);
  const saving = useSaving(room.room.id, role, draft, writes);
  const guard = useLeaveGuard(draft.changes !== null);
  const why = whyLocked(room, role);
  const back = useRef<HTMLAnchorElement>(null);
  const title = useRef<HTMLHeadingElement>(null);

  // Where the list has given way to this page, the focus comes along.
  useEffect(() => {
    if (back.current?.checkVisibility() === true) title.current?.focus();
  }, []);

  /** What is edited anew is saved anew, and not by itself. */
  function edits<T extends unknown[]>(edit: (...change: T) => void) {
    return (...change: T) => {
      saving.forget();
      edit(...change);
    };
  }

  const { shown } = draft;
  const permissions = (
    <RolePermissions
      room={room}
      saved={role}
      permissions={shown.permissions}
      why={why}
      onChange={edits(draft.setPermission)}
    />
  );
  return (
    <section className={styles.detail} aria-labelledby={ROLE_TITLE}>
      <header className={styles.detailHead}>
        <BackToRoles roomId={room.room.id} ref={back} />
        <h2 id={ROLE_TITLE} ref={title} tabIndex={-1}>
          {shown.icon !== null && (
            <RoleBadge
              badge={{ icon: shown.icon, label: "", color: shown.color }}
              size={24}
              tip={false}
            />
          )}
          <bdi style={shades(shown.color, READABLE.text)}>
            {shown.name || "A role without a name"}
          </bdi>
        </h2>
      </header>
      {why !== undefined && whyNoRoles(room) === undefined && (
        <Banner>You can look at this role, but not change it. {why}</Banner>
      )}
      {isEveryone(role) ? (
        <>
          <p className={styles.note}>
            Everyone in the community has this role, so it has no looks and no list of members:
            these permissions are what all members have at least.
          </p>
          {permissions}
        </>
      ) : (
        <Tabs.Root defaultValue="looks" className={styles.tabs}>
          <Tabs.List className={styles.tabList} activateOnFocus aria-label="About this role">
            <Tabs.Tab value="looks" className={styles.tab}>
              Looks
            </Tabs.Tab>
            <Tabs.Tab value="permissions" className={styles.tab}>
              Permissions
            </Tabs.Tab>
            <Tabs.Tab value="members" className={styles.tab}>
              Members
            </Tabs.Tab>
          </Tabs.List>
          <Tabs.Panel value="looks" className={styles.panel}>
            <RoleLooks
              shown={shown}
              problem={saving.problem}
              why={why}
              onName={edits(draft.setName)}
              onIcon={edits(draft.setIcon)}
              onColor={edits(draft.setColor)}
            />
          </Tabs.Panel>
          <Tabs.Panel value="permissions" className={styles.panel}>
            {permissions}
          </Tabs.Panel>
          <Tabs.Panel value="members" className={styles.panel}>
            <RoleMembers room={room} role={role} writes={writes} />
          </Tabs.Panel>
        </Tabs.Root>
      )}
      {draft.changes !== null && (
        <SaveBar
          draft={draft}
          saving={saving}
          limitedUntil={writes.limitedUntil}
          onReset={edits(draft.reset)}
        />
      )}
      <LeaveDialog name={shown.name} guard={guard} busy={saving.busy} save={saving.save} />
    </section>
  );
}

import { useRef, useState } from "react";
import type { Role } from "../../../sangha/api/types";
import { PERMISSIONS, type PermissionName } from "../../../sangha/permissions";
import { quoted } from "../../community/quoted";
import { labelOf, names, withPermissions } from "./permissions";
import type { RoleChanges } from "./useRoleWrites";

/** What somebody has changed of a role and not saved. What is absent is as it is saved. */
interface Edits {
  name?: string;
  icon?: string | null;
  /** As typed: `#rrggbb` once it is complete. */
  color?: string | null;
  permissions: Readonly<Partial<Record<PermissionName, boolean>>>;
}

export interface RoleDraft {
  /** The role as it would be saved. */
  shown: Pick<Role, "name" | "icon" | "color" | "permissions">;
  /** What saving would change; null where nothing. */
  changes: RoleChanges | null;
  /** What others have changed of the role since the editing began, in words. */
  changedByOthers: readonly string[];
  setName: (name: string) => void;
  setIcon: (icon: string | null) => void;
  setColor: (color: string | null) => void;
  setPermission: (name: PermissionName, on: boolean) => void;
  /** Sends what is edited; what is edited on meanwhile stays. */
  save: (send: () => Promise<void>) => Promise<void>;
  reset: () => void;
}

const NONE: Edits = { permissions: {} };

function changesOf(edits: Edits, role: Role): RoleChanges | null {
  const changes: RoleChanges = {};
  if (edits.name !== undefined && edits.name.trim() !== role.name) changes.name = edits.name;
  if (edits.icon !== undefined && edits.icon !== role.icon) changes.icon = edits.icon;
  if (edits.color !== undefined && edits.color?.toLowerCase() !== (role.color ?? undefined)) {
    changes.color = edits.color;
  }
  const permissions = withPermissions(role.permissions, edits.permissions);
  if (permissions !== role.permissions) changes.permissions = permissions;
  return Object.keys(changes).length === 0 ? null : changes;
}

function differences(before: Role, now: Role): string[] {
  const found: string[] = [];
  if (now.name !== before.name) found.push(`its name is ${quoted(now.name)} now`);
  if (now.icon !== before.icon) found.push("its badge");
  if (now.color !== before.color) found.push(`its colour is ${now.color ?? "none"} now`);
  for (const name of Object.keys(PERMISSIONS) as PermissionName[]) {
    const on = names(now.permissions, name);
    if (on !== names(before.permissions, name)) {
      found.push(`“${labelOf(name)}” is ${on ? "on" : "off"} now`);
    }
  }
  return found;
}

/** Returns the entries that aren't the same in what was sent. */
function later<T extends object>(now: T, sent: T): T {
  const before = new Map(Object.entries(sent));
  return Object.fromEntries(
    Object.entries(now).filter(([key, value]) => !before.has(key) || before.get(key) !== value),
  ) as T;
}

/**
 * Holds what is edited of a role, over the role as it is saved: what others change meanwhile shows
 * through wherever it wasn't edited here.
 */
export function useRoleDraft(role: Role): RoleDraft {
  const [edits, setEdits] = useState(NONE);
  const [before, setBefore] = useState<Role | null>(null);
  const saving = useRef(false);
  const changes = changesOf(edits, role);

  function edit(more: Partial<Edits>) {
    const next = { ...edits, ...more };
    const isEmpty = changesOf(next, role) === null;
    // A space typed after the name changes nothing yet, but stays: more may follow.
    // While it is being saved, what is as before is a change of what will be.
    const isBack = isEmpty && !saving.current && (next.name ?? role.name) === role.name;
    setEdits(isBack ? NONE : next);
    if (isEmpty) setBefore(null);
    else if (changes === null || before === null) setBefore(role);
  }

  return {
    shown: {
      name: edits.name ?? role.name,
      icon: edits.icon === undefined ? role.icon : edits.icon,
      color: edits.color === undefined ? role.color : edits.color,
      permissions: withPermissions(role.permissions, edits.permissions),
    },
    changes,
    changedByOthers: before === null || changes === null ? [] : differences(before, role),
    setName: (name) => edit({ name }),
    setIcon: (icon) => edit({ icon }),
    setColor: (color) => edit({ color }),
    setPermission: (name, on) => edit({ permissions: { ...edits.permissions, [name]: on } }),
    save: async (send) => {
      saving.current = true;
      try {
        await send();
        setEdits((now) => ({
          ...later(now, edits),
          permissions: later(now.permissions, edits.permissions),
        }));
        setBefore(null);
      } catch (error) {
        setEdits((now) => (changesOf(now, role) === null ? NONE : now));
        throw error;
      } finally {
        saving.current = false;
      }
    },
    reset: () => {
      setEdits(NONE);
      setBefore(null);
    },
  };
}

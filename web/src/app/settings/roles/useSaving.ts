import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { isProblem } from "../../../sangha/api/problem";
import type { Role, WholeRoom } from "../../../sangha/api/types";
import { useAnnounce } from "../../../sangha/ui/Announcer";
import { keys } from "../../queries";
import type { RoleDraft } from "./useRoleDraft";
import type { RoleWrites } from "./useRoleWrites";

export interface Saving {
  busy: boolean;
  /** What went wrong the last time; null where nothing, or where it is saved by itself. */
  problem: unknown;
  /** Whether it is saved by itself once more changes are let through. */
  waits: boolean;
  /** Saves what was edited; says whether that is done. */
  save: () => Promise<boolean>;
  /** Forgets the problem, and that it waits: something was edited, or taken back. */
  forget: () => void;
}

const FIELDS = ["name", "icon", "color", "permissions"] as const;

/** Saves a role's draft as one request, only if nothing has changed since it was read. */
export function useSaving(
  roomId: string,
  role: Role,
  draft: RoleDraft,
  writes: RoleWrites,
): Saving {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>(null);
  const [waits, setWaits] = useState(false);
  const queries = useQueryClient();
  const announce = useAnnounce();
  const { changes } = draft;

  /** Tries a second time where all that has changed is something else than this role. */
  async function send(mayRepeat: boolean): Promise<void> {
    if (changes === null) return;
    try {
      await writes.edit(role.id, changes);
    } catch (error) {
      if (!isProblem(error, "version_mismatch")) throw error;
      const room: WholeRoom | undefined = await writes.reread();
      const now = room?.roles.find(({ id }) => id === role.id);
      const isSame = now !== undefined && FIELDS.every((field) => now[field] === role[field]);
      if (!mayRepeat || !isSame) throw error;
      await send(false);
    }
  }

  async function save(): Promise<boolean> {
    if (busy || changes === null) return false;
    setBusy(true);
    setProblem(null);
    setWaits(false);
    try {
      await draft.save(() => send(true));
      announce("The role is saved.");
      return true;
    } catch (error) {
      if (isProblem(error, "rate_limited")) setWaits(true);
      else setProblem(error);
      if (isProblem(error, "role_not_found")) {
        void queries.invalidateQueries({ queryKey: keys.room(roomId) });
      }
      return false;
    } finally {
      setBusy(false);
    }
  }

  return {
    busy,
    problem,
    waits,
    save,
    forget: () => {
      setProblem(null);
      setWaits(false);
    },
  };
}

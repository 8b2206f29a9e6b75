import { useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { ask } from "../../sangha/api/client";
import { isProblem } from "../../sangha/api/problem";
import type { Member, WholeRoom } from "../../sangha/api/types";
import { useSangha } from "../../sangha/context";
import { applyRoomPush } from "../community/applyPush";
import { useWrite } from "../community/useWrite";

/** Roles by their id: given or taken. */
type Changes = ReadonlyMap<string, boolean>;

const NONE: Changes = new Map();
const TRIES = 3;

/** Returns a full set of roles with changes made to it. */
function changed(held: readonly string[], changes: Changes): string[] {
  const kept = held.filter((id) => changes.get(id) !== false);
  const given = [...changes].filter(([id, isGiven]) => isGiven && !held.includes(id));
  return [...kept, ...given.map(([id]) => id)];
}

/**
 * Gives a member roles and takes them, one request after the other however fast they are chosen.
 * Each replaces the roles that the member has now, or happens not at all: nobody else's change is
 * undone.
 */
export function useRoleChanges(room: WholeRoom, member: Member) {
  const { api, userId } = useSangha();
  const queries = useQueryClient();
  const write = useWrite();
  const wanted = useRef<Changes>(NONE);
  const [shown, setShown] = useState<Changes>(NONE); // not yet answered
  const want = (changes: Changes) => {
    wanted.current = changes;
    setShown(changes);
  };
  const path = { room_id: room.room.id, user_id: member.user_id };

  async function send(changes: Changes, tries = TRIES): Promise<void> {
    const now = await ask(api.GET("/api/rooms/{room_id}/members/{user_id}", { params: { path } }));
    try {
      const answer = await ask(
        api.PUT("/api/rooms/{room_id}/members/{user_id}/roles", {
          params: { path, header: { "If-Match": `"${now.version}"` } },
          body: { roles: changed(now.member.roles, changes) },
        }),
      );
      applyRoomPush(queries, path.room_id, userId, { type: "member", ...answer });
    } catch (error) {
      if (!isProblem(error, "version_mismatch") || tries === 1) throw error;
      await send(changes, tries - 1);
    }
  }

  async function sendAll() {
    try {
      while (wanted.current.size > 0) {
        const changes = wanted.current;
        await send(changes);
        // what was chosen meanwhile is still to be sent
        want(new Map([...wanted.current].filter(([id, given]) => changes.get(id) !== given)));
      }
    } catch (error) {
      if (!isProblem(error, "rate_limited")) want(NONE);
      throw error;
    }
  }

  return {
    write: {
      ...write,
      reset: () => {
        want(NONE);
        write.reset();
      },
    },
    /** Whether the member has the role, as it was chosen last. */
    has: (roleId: string) => shown.get(roleId) ?? member.roles.includes(roleId),
    choose: (roleId: string, given: boolean) => {
      want(new Map([...wanted.current, [roleId, given]]));
      if (!write.busy) void write.run(sendAll);
    },
  };
}

import { useQueryClient } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { ask } from "../../../sangha/api/client";
import { isProblem } from "../../../sangha/api/problem";
import type { Member, Role, WholeRoom } from "../../../sangha/api/types";
import { useSangha } from "../../../sangha/context";
import { applyRoomPush } from "../../community/applyPush";
import { keys } from "../../queries";

const WINDOW_S = 60; // of the API's limit of writes, should it not say when it ends

/** What can be changed of a role; what is absent stays. */
export interface RoleChanges {
  name?: string;
  icon?: string | null;
  color?: string | null;
  permissions?: string;
}

/** The changes of roles, each a request that keeps what it is answered. They throw `Problem`s. */
export interface RoleWrites {
  /** Until when (ms since the epoch) more changes are refused, as there were too many; or null. */
  limitedUntil: number | null;
  /** Reads the community again and returns it; undefined where that fails. */
  reread: () => Promise<WholeRoom | undefined>;
  create: (name: string) => Promise<Role>;
  edit: (roleId: string, changes: RoleChanges) => Promise<void>;
  /** All roles but @everyone, the highest first. */
  order: (roleIds: readonly string[]) => Promise<void>;
  remove: (roleId: string, force: boolean) => Promise<void>;
  /** Gives a member the role, or takes it away; their other roles stay. */
  give: (member: Member, roleId: string, has: boolean) => Promise<void>;
}

function withRole({ roles }: Member, roleId: string, has: boolean): string[] {
  const others = roles.filter((id) => id !== roleId);
  return has ? [...others, roleId] : others;
}

/** The writes of one community's roles: each happens only if nothing has changed since it was read. */
export function useRoleWrites(roomId: string): RoleWrites {
  const { api, userId } = useSangha();
  const queries = useQueryClient();
  const [limitedUntil, setLimitedUntil] = useState<number | null>(null);
  const writes = useMemo(() => {
    const known = () => queries.getQueryData<WholeRoom>(keys.room(roomId));
    const path = { room_id: roomId };
    const header = () => {
      const version = known()?.version;
      return version === undefined ? {} : { "If-Match": `"${version}"` };
    };
    const keep = ({ roles, version }: { roles: Role[]; version: number }) =>
      queries.setQueryData<WholeRoom>(keys.room(roomId), (room) =>
        room === undefined || room.version > version ? room : { ...room, roles, version },
      );
    /** Notes how long to wait, where there were too many writes. */
    const limited = async <T>(answer: Promise<T>): Promise<T> => {
      try {
        return await answer;
      } catch (error) {
        if (isProblem(error, "rate_limited")) {
          setLimitedUntil(Date.now() + (error.retryAfterS ?? WINDOW_S) * 1000);
        }
        throw error;
      }
    };
    const putRoles = async (member: Member, roles: string[], version: number | undefined) => {
      const answer = await limited(
        ask(
          api.PUT("/api/rooms/{room_id}/members/{user_id}/roles", {
            params: {
              path: { ...path, user_id: member.user_id },
              header: version === undefined ? {} : { "If-Match": `"${version}"` },
            },
            body: { roles },
          }),
        ),
      );
      applyRoomPush(queries, roomId, userId, { type: "member", ...answer });
    };
    return {
      reread: async () => {
        await queries.refetchQueries({ queryKey: keys.room(roomId) });
        const state = queries.getQueryState<WholeRoom>(keys.room(roomId));
        return state?.status === "success" ? state.data : undefined;
      },
      create: async (name: string) => {
        const answer = await limited(
          ask(
            api.POST("/api/rooms/{room_id}/roles", {
              params: { path, header: header() },
              body: { name },
            }),
          ),
        );
        keep(answer);
        return answer.role;
      },
      edit: async (roleId: string, changes: RoleChanges) => {
        const answer = await limited(
          ask(
            api.PATCH("/api/rooms/{room_id}/roles/{role_id}", {
              params: { path: { ...path, role_id: roleId }, header: header() },
              body: changes,
            }),
          ),
        );
        keep(answer);
      },
      order: async (roleIds: readonly string[]) => {
        const answer = await limited(
          ask(
            api.PUT("/api/rooms/{room_id}/roles", {
              params: { path, header: header() },
              body: { order: [...roleIds] },
            }),
          ),
        );
        keep(answer);
      },
      remove: async (roleId: string, force: boolean) => {
        const answer = await limited(
          ask(
            api.DELETE("/api/rooms/{room_id}/roles/{role_id}", {
              params: { path: { ...path, role_id: roleId }, query: { force }, header: header() },
            }),
          ),
        );
        keep(answer);
      },
      give: async (member: Member, roleId: string, has: boolean) => {
        try {
          await putRoles(member, withRole(member, roleId, has), known()?.version);
        } catch (error) {
          if (!isProblem(error, "version_mismatch")) throw error;
          // Something else has changed: their other roles are kept as they are by now.
          const params = { path: { ...path, user_id: member.user_id } };
          const now = await ask(api.GET("/api/rooms/{room_id}/members/{user_id}", { params }));
          await putRoles(now.member, withRole(now.member, roleId, has), now.version);
        }
      },
    };
  }, [api, queries, roomId, userId]);
  return useMemo(() => ({ ...writes, limitedUntil }), [writes, limitedUntil]);
}

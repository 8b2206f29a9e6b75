import { useQueryClient } from "@tanstack/react-query";
import { ask } from "../../sangha/api/client";
import type { WholeRoom } from "../../sangha/api/types";
import { useSangha } from "../../sangha/context";
import { may } from "../../sangha/permissions";
import { applyRoomPush } from "../community/applyPush";

/** How to change a community itself, and why one may not. */
export function useRoomEdit({ room, me }: WholeRoom) {
  const { api, userId } = useSangha();
  const queries = useQueryClient();
  return {
    why: may(me.permissions, "MANAGE_ROOM")
      ? undefined
      : "You don’t have the permission to manage the community.",
    edit: async (changes: { name?: string; public?: boolean }) => {
      const answer = await ask(
        api.PATCH("/api/rooms/{room_id}", {
          params: { path: { room_id: room.id } },
          body: changes,
        }),
      );
      applyRoomPush(queries, room.id, userId, { type: "room", ...answer });
    },
  };
}

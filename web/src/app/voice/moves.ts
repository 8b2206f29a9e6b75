import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { useLocation } from "wouter";
import { ask } from "../../sangha/api/client";
import type { MovePush, WholeRoom } from "../../sangha/api/types";
import { useSangha } from "../../sangha/context";
import { listen } from "../../sangha/realtime/topics";
import { useToasts } from "../feedback/toasts";
import { keys } from "../queries";
import type { CallMachine } from "./machine";

function pathOf(roomId: string, channelId: string): string {
  return `/rooms/${roomId}/channels/${channelId}`;
}

/** Follows a moderator who moves one to another channel, and says who it was. */
export function useMoves(machine: CallMachine): void {
  const { api, supabase, userId } = useSangha();
  const queries = useQueryClient();
  const { tell } = useToasts();
  const [, navigate] = useLocation();
  useEffect(() => {
    const nameOf = async (roomId: string, memberId: string) => {
      const params = { path: { room_id: roomId, user_id: memberId } };
      const path = "/api/rooms/{room_id}/members/{user_id}";
      return (await ask(api.GET(path, { params }))).member.name;
    };
    const onMove = async (push: MovePush) => {
      if (!machine.moved(push)) return;
      if (window.location.pathname === pathOf(push.room_id, push.from)) {
        navigate(pathOf(push.room_id, push.to));
      }
      const room = queries.getQueryData<WholeRoom>(keys.room(push.room_id));
      const to = room?.channels.find(({ id }) => id === push.to)?.name ?? "another channel";
      const by = await nameOf(push.room_id, push.by).catch(() => "A moderator");
      tell(`${by} moved you to ${to}.`);
    };
    return listen(supabase, `user:${userId}`, {
      onPush: (event, payload) => {
        const push = payload as MovePush;
        if (event === "voice" && push.type === "move") void onMove(push);
      },
    });
  }, [api, supabase, userId, machine, queries, tell, navigate]);
}

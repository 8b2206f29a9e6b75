import { useQueryClient } from "@tanstack/react-query";
import { useLocation } from "wouter";
import { ask } from "../../sangha/api/client";
import type { WholeRoom } from "../../sangha/api/types";
import { useSangha } from "../../sangha/context";
import { useAnnounce } from "../../sangha/ui/Announcer";
import { keys } from "../queries";
import { quoted } from "./quoted";
import { useIsShown } from "./useIsShown";
import { useWrite } from "./useWrite";

/** How to become a member of a community, by an invitation or, where it is public, without one. */
export function useJoin(roomId: string, onIn?: () => void) {
  const { api } = useSangha();
  const queries = useQueryClient();
  const announce = useAnnounce();
  const [, navigate] = useLocation();
  const write = useWrite();
  const isShown = useIsShown();
  const open = () => {
    // Back from there leads to where one was before the invitation.
    navigate(`/rooms/${roomId}`, { replace: location.pathname.startsWith("/invite/") });
    onIn?.();
  };
  const join = (invite: string | null) =>
    void write.run(async () => {
      const { joined, ...whole } = await ask(
        api.POST("/api/rooms/{room_id}/members", {
          params: { path: { room_id: roomId } },
          body: { invite },
        }),
      );
      queries.setQueryData<WholeRoom>(keys.room(roomId), whole);
      void queries.invalidateQueries({ queryKey: keys.rooms });
      if (joined) announce(`You are a member of ${quoted(whole.room.name)} now.`);
      if (isShown.current) open();
    });
  return { write, open, join };
}

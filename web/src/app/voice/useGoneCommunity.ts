import { useEffect, useRef } from "react";
import type { Room } from "../../sangha/api/types";
import { gone } from "../community/gone";
import { useToasts } from "../feedback/toasts";
import { useRooms } from "../queries";
import type { CallPhase } from "./phase";

const PERHAPS_GONE = new Set(["removed", "call_ended", "room_not_found"]);

/**
 * Puts away a call that ended because one is out of its community: there is nothing to join again.
 * Says so, unless the community was on the screen and has said it.
 */
export function useGoneCommunity(state: CallPhase, putAway: () => void): void {
  const { data: rooms, refetch } = useRooms();
  const { tell } = useToasts();
  const last = useRef<Room>(undefined);
  const ended = state.phase === "failed" && PERHAPS_GONE.has(state.code) ? state : null;
  useEffect(() => {
    if (ended?.target.kind === "channel") void refetch();
  }, [ended, refetch]);
  useEffect(() => {
    if (rooms === undefined || ended?.target.kind !== "channel") return;
    const { roomId } = ended.target;
    const room = rooms.find(({ id }) => id === roomId);
    if (room !== undefined) {
      last.current = room;
      return;
    }
    putAway();
    if (last.current?.id !== roomId) return;
    tell((ended.code === "call_ended" ? gone.deleted : gone.left)(last.current.name));
  }, [rooms, ended, putAway, tell]);
}

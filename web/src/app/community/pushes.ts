import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useLocation } from "wouter";
import { isProblem } from "../../sangha/api/problem";
import type { Room, RoomPush, WholeRoom } from "../../sangha/api/types";
import { useSangha } from "../../sangha/context";
import { watchOnline } from "../../sangha/online/presence";
import { listen } from "../../sangha/realtime/topics";
import { useToasts } from "../feedback/toasts";
import { keys } from "../queries";
import { applyRoomPush } from "./applyPush";
import { gone } from "./gone";

const UNHEARD_MS = 3_000; // Realtime may be away: then it is read without pushes

/** Reads a community and its members again, as far as they are shown. */
function readAgain(queries: QueryClient, roomId: string): void {
  void queries.invalidateQueries({ queryKey: keys.room(roomId) });
  void queries.invalidateQueries({ queryKey: keys.members(roomId) });
}

/**
 * Reads once more what a push has overtaken: a read that was under way when the push came may be
 * older than it, and would undo it.
 */
function watchReads(queries: QueryClient, roomId: string, onGone: () => void) {
  const cache = queries.getQueryCache();
  const both = [keys.room(roomId), keys.members(roomId)];
  const overtaken = new Set<string>();
  const stop = cache.subscribe((event) => {
    if (event.type !== "updated") return;
    const { query, action } = event;
    if (action.type === "success" && !action.manual && overtaken.delete(query.queryHash)) {
      void queries.invalidateQueries({ queryKey: query.queryKey, exact: true });
    }
    if (action.type !== "error" || query !== cache.find({ queryKey: keys.room(roomId) })) return;
    const { error } = action;
    if (isProblem(error, "room_not_found")) onGone();
  });
  const overtake = () => {
    for (const queryKey of both) {
      const query = cache.find({ queryKey });
      if (query?.state.fetchStatus === "fetching") overtaken.add(query.queryHash);
    }
  };
  return { overtake, stop };
}

/** Forgets a community that one isn't in any more. */
export function forgetRoom(queries: QueryClient, roomId: string): void {
  queries.setQueryData<Room[]>(keys.rooms, (rooms) => rooms?.filter(({ id }) => id !== roomId));
  for (const queryKey of [
    keys.room(roomId),
    keys.members(roomId),
    keys.bans(roomId),
    keys.invites(roomId),
  ]) {
    queries.removeQueries({ queryKey });
  }
}

/**
 * Keeps a community true by its pushes, for as long as it is shown, and makes one online there.
 * Where it is deleted, or one is put out, the screen is left with a notice. While pushes don't
 * arrive it is read when it is opened and when the tab comes back.
 *
 * @returns whether pushes arrive now; false while the connection is made again.
 */
export function useRoomPushes(roomId: string | undefined): boolean {
  const { supabase, userId } = useSangha();
  const queries = useQueryClient();
  const { tell } = useToasts();
  const [, navigate] = useLocation();
  const [live, setLive] = useState(true);
  useEffect(() => {
    if (roomId === undefined) return;
    let last: number | undefined; // the version of the last push
    let isGone = false;
    let heard = false;
    const leave = (words: (name: string) => string) => {
      const known = queries.getQueryData<WholeRoom>(keys.room(roomId));
      void queries.invalidateQueries({ queryKey: keys.rooms });
      if (known === undefined || isGone) return; // the screen says it
      isGone = true;
      tell(words(known.room.name));
      navigate("/", { replace: true });
    };
    const reads = watchReads(queries, roomId, () => leave(gone.left));
    const onRoomPush = (push: RoomPush) => {
      reads.overtake();
      const before = last ?? queries.getQueryData<WholeRoom>(keys.room(roomId))?.version;
      last = Math.max(push.version, last ?? 0);
      if (push.type === "room_deleted") leave(gone.deleted);
      else if (push.type === "member_left" && push.user_id === userId) leave(gone.left);
      else {
        applyRoomPush(queries, roomId, userId, push);
        if (before !== undefined && push.version > before + 1) readAgain(queries, roomId);
      }
    };
    const stop = listen(supabase, `room:${roomId}`, {
      onPush: (event, payload) => {
        if (event === "room") onRoomPush(payload as RoomPush);
      },
      onHeard: () => {
        heard = true;
        setLive(true);
        last = undefined;
        reads.overtake(); // what was pushed since a read began was not heard
        readAgain(queries, roomId);
      },
      onLost: () => {
        heard = false;
        setLive(false);
      },
    });
    const whileUnheard = () => {
      if (heard) return;
      setLive(false);
      if (document.visibilityState === "visible") readAgain(queries, roomId);
    };
    const unheard = setTimeout(() => {
      document.addEventListener("visibilitychange", whileUnheard);
      whileUnheard();
    }, UNHEARD_MS);
    return () => {
      stop();
      clearTimeout(unheard);
      document.removeEventListener("visibilitychange", whileUnheard);
      reads.stop();
      if (isGone) forgetRoom(queries, roomId);
    };
  }, [supabase, queries, roomId, userId, tell, navigate]);
  useEffect(
    () => (roomId === undefined ? undefined : watchOnline(supabase, userId, roomId, () => {})),
    [supabase, userId, roomId],
  );
  return live;
}

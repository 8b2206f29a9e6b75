import { type InfiniteData, type QueryClient, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import type { Member, MemberPage, RoomPush, WholeRoom } from "../../sangha/api/types";
import { useSangha } from "../../sangha/context";
import { listen } from "../../sangha/realtime/topics";
import { keys } from "../queries";

type Members = InfiniteData<MemberPage, string | undefined>;

function changeMembers(
  queries: QueryClient,
  roomId: string,
  change: (members: readonly Member[], isLast: boolean) => readonly Member[],
) {
  queries.setQueryData<Members>(keys.members(roomId), (known) => {
    if (known === undefined) return known;
    const last = known.pages.length - 1;
    const pages = known.pages.map((page, place) => ({
      ...page,
      members: [...change(page.members, place === last && page.next === null)],
    }));
    return { ...known, pages };
  });
}

const renew = (member: Member) => (members: readonly Member[]) =>
  members.map((known) => (known.user_id === member.user_id ? member : known));

/** Applies a push to what is known of a community; reads again what the push doesn't carry. */
export function applyRoomPush(
  queries: QueryClient,
  roomId: string,
  userId: string,
  push: RoomPush,
): void {
  const again = (key: readonly unknown[]) => void queries.invalidateQueries({ queryKey: key });
  const known = queries.getQueryData<WholeRoom>(keys.room(roomId));
  const isMine = (members: readonly Member[]) =>
    members.some((member) => member.user_id === userId);
  if (known !== undefined && push.version > known.version + 1) again(keys.room(roomId));
  if (known !== undefined && push.version < known.version) return; // older than what was read
  const patch = (change: Partial<WholeRoom>) =>
    queries.setQueryData<WholeRoom>(keys.room(roomId), (room) =>
      room === undefined ? room : { ...room, ...change, version: push.version },
    );
  switch (push.type) {
    case "room":
      patch({ room: push.room });
      again(keys.rooms);
      break;
    case "owner":
      patch({ room: push.room });
      for (const member of push.members) changeMembers(queries, roomId, renew(member));
      if (isMine(push.members)) again(keys.room(roomId));
      break;
    case "room_deleted":
      queries.removeQueries({ queryKey: keys.room(roomId) });
      again(keys.rooms);
      break;
    case "member_joined":
      changeMembers(queries, roomId, (members, isLast) => {
        const others = members.filter((member) => member.user_id !== push.member.user_id);
        return isLast ? [...others, push.member] : others;
      });
      break;
    case "member_left":
      changeMembers(queries, roomId, (members) =>
        members.filter((member) => member.user_id !== push.user_id),
      );
      if (push.user_id === userId) {
        queries.removeQueries({ queryKey: keys.room(roomId) });
        again(keys.rooms);
      }
      break;
    case "member":
      changeMembers(queries, roomId, renew(push.member));
      patch({});
      if (isMine([push.member])) again(keys.room(roomId));
      break;
    case "roles":
      patch({ roles: push.roles });
      again(keys.room(roomId));
      again(keys.members(roomId));
      break;
    case "channels":
      again(keys.room(roomId));
      break;
    case "bans":
      again(keys.bans(roomId));
      break;
    case "invites":
      again(keys.invites(roomId));
      break;
  }
}

/**
 * Keeps a community true by its pushes, for as long as it is shown.
 *
 * @returns whether pushes arrive now; false while the connection is made again.
 */
export function useRoomPushes(roomId: string | undefined): boolean {
  const { supabase, userId } = useSangha();
  const queries = useQueryClient();
  const [live, setLive] = useState(true);
  useEffect(() => {
    if (roomId === undefined) return;
    let heardBefore = false;
    return listen(supabase, `room:${roomId}`, {
      onPush: (event, payload) => {
        if (event === "room") applyRoomPush(queries, roomId, userId, payload as RoomPush);
      },
      onHeard: () => {
        setLive(true);
        if (heardBefore) {
          void queries.invalidateQueries({ queryKey: keys.room(roomId) });
          void queries.invalidateQueries({ queryKey: keys.members(roomId) });
        }
        heardBefore = true;
      },
      onLost: () => setLive(false),
    });
  }, [supabase, queries, roomId, userId]);
  return live;
}

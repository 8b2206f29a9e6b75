import type { QueryClient } from "@tanstack/react-query";
import type { Room, RoomPush, WholeRoom } from "../../sangha/api/types";
import { keys } from "../queries";
import { addMember, dropMember, renewMember } from "./memberPages";

/** Keeps the rail's name of a community true. */
function renewInRail(queries: QueryClient, room: Room): void {
  queries.setQueryData<Room[]>(keys.rooms, (rooms) =>
    rooms?.map((known) => (known.id === room.id ? room : known)),
  );
}

/**
 * Applies a push to what is known of a community, and reads again what the push doesn't carry. The
 * answer of one's own write has the same members: applied as a push it is shown at once.
 *
 * Badges and colours of all members follow from the roles (`standing.ts`), so a change of roles
 * reads no member again.
 */
export function applyRoomPush(
  queries: QueryClient,
  roomId: string,
  userId: string,
  push: RoomPush,
): void {
  const again = (key: readonly unknown[]) => void queries.invalidateQueries({ queryKey: key });
  const patch = (change: (known: WholeRoom) => Partial<WholeRoom>) =>
    queries.setQueryData<WholeRoom>(keys.room(roomId), (known) => {
      if (known === undefined || push.version < known.version) return known; // what was read is newer
      // An answer may overtake the push of somebody's change before it, which isn't known yet.
      const isNext = push.version === known.version + 1;
      return { ...known, ...change(known), version: isNext ? push.version : known.version };
    });
  switch (push.type) {
    case "room":
      patch(() => ({ room: push.room }));
      renewInRail(queries, push.room);
      break;
    case "owner":
      patch(() => ({ room: push.room }));
      renewInRail(queries, push.room);
      for (const member of push.members) renewMember(queries, roomId, push.version, member);
      if (push.members.some((member) => member.user_id === userId)) again(keys.room(roomId));
      break;
    case "member_joined":
      addMember(queries, roomId, push.version, push.member);
      again(keys.invites(roomId)); // one more use
      break;
    case "member_left":
      dropMember(queries, roomId, push.version, push.user_id);
      break;
    case "member":
      renewMember(queries, roomId, push.version, push.member);
      if (push.member.user_id !== userId) {
        patch(() => ({}));
      } else {
        patch((known) => ({ me: { ...known.me, ...push.member } }));
        again(keys.room(roomId)); // one's permissions, and the channels that one sees
      }
      break;
    case "roles":
      patch(() => ({ roles: push.roles }));
      again(keys.room(roomId)); // the same
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
    case "room_deleted":
      break; // the screen is left: `pushes.ts`
  }
}

import type { RealtimeChannel, SupabaseClient } from "@supabase/supabase-js";
import { Subscription } from "../realtime/subscription";

export const NOBODY: ReadonlySet<string> = new Set();

const AGAIN_MS = 15_000; // Realtime shuts the channel of who changes presence too often

/** Who is online in a room, for all who show it. */
interface Room {
  readonly watchers: Set<() => void>;
  readonly subscription: Subscription;
  online: ReadonlySet<string>;
}

const roomsOf = new WeakMap<SupabaseClient, Map<string, Room>>();

const key = (userId: string, roomId: string) => `${userId} ${roomId}`;

/** Returns the ids of the users who are online in a room, as far as it is watched. */
export function onlineIn(
  supabase: SupabaseClient,
  userId: string,
  roomId: string,
): ReadonlySet<string> {
  return roomsOf.get(supabase)?.get(key(userId, roomId))?.online ?? NOBODY;
}

/**
 * Makes a user online in a room, and says when `onlineIn` changes; over one channel however many
 * watch.
 *
 * @returns how to stop.
 */
export function watchOnline(
  supabase: SupabaseClient,
  userId: string,
  roomId: string,
  onChange: () => void,
): () => void {
  const rooms = roomsOf.get(supabase) ?? new Map<string, Room>();
  roomsOf.set(supabase, rooms);
  const room = rooms.get(key(userId, roomId)) ?? made(supabase, userId, roomId);
  rooms.set(key(userId, roomId), room);
  room.watchers.add(onChange);
  room.subscription.want(true);
  return () => {
    room.watchers.delete(onChange);
    // Who comes next in this turn, as React's strict mode does, finds it still open.
    queueMicrotask(() => {
      room.subscription.want(room.watchers.size > 0);
      if (room.watchers.size === 0) room.online = NOBODY;
    });
  };
}

function made(supabase: SupabaseClient, userId: string, roomId: string): Room {
  // No key of our own: Realtime makes one for each join, so each has one entry. Several under one
  // key (tabs, a connection that was lost and made anew) don't leave in supabase-js before 2.111.
  const subscription = new Subscription(supabase, `online:${roomId}`, {
    prepare: (channel) => channel.on("presence", { event: "sync" }, () => show(room, channel)),
    onHeard: (channel) => void channel.track({ user_id: userId }),
    againMs: AGAIN_MS,
  });
  const room: Room = { watchers: new Set(), subscription, online: NOBODY };
  return room;
}

function show(room: Room, channel: RealtimeChannel): void {
  const online = new Set<string>();
  for (const entry of Object.values(channel.presenceState<{ user_id?: unknown }>()).flat()) {
    if (typeof entry.user_id === "string") online.add(entry.user_id);
  }
  const same = online.size === room.online.size && [...online].every((id) => room.online.has(id));
  if (same) return;
  room.online = online;
  for (const onChange of room.watchers) onChange();
}

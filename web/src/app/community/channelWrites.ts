import type { QueryClient } from "@tanstack/react-query";
import { ask } from "../../sangha/api/client";
import type { Channel, WholeRoom } from "../../sangha/api/types";
import type { Sangha } from "../../sangha/context";
import { keys } from "../queries";
import { onNewest } from "./onNewest";
import { letIn, overwritesFor } from "./visibility";

interface Context extends Sangha {
  queries: QueryClient;
  room: WholeRoom;
}

/** Shows the channels of an answer at once; the push says them again. */
function show({ queries, room }: Context, channels: Channel[]): void {
  queries.setQueryData<WholeRoom>(
    keys.room(room.room.id),
    (known) => known && { ...known, channels },
  );
}

interface NewChannel {
  name: string;
  kind: Channel["kind"];
  /** The roles that see it; null for everybody. */
  viewers: ReadonlySet<string> | null;
}

export async function createChannel(
  context: Context,
  { name, kind, viewers }: NewChannel,
): Promise<Channel> {
  const { api, room } = context;
  const overwrites = overwritesFor(room, [], viewers);
  const { channel, channels } = await ask(
    api.POST("/api/rooms/{room_id}/channels", {
      params: { path: { room_id: room.room.id } },
      // who may not manage roles may not send any
      body: { name, kind, ...(overwrites.length > 0 && { overwrites }) },
    }),
  );
  show(context, channels);
  return channel;
}

interface ChannelChanges {
  name?: string;
  /** The roles that see it, of those that are let in by now; null for everybody. */
  viewers?: (now: ReadonlySet<string>) => NewChannel["viewers"];
}

/** Changes what is given. Other overwrites than who sees it stay as they are now. */
export async function editChannel(
  context: Context,
  channelId: string,
  { name, viewers }: ChannelChanges,
): Promise<void> {
  const { api, queries, room } = context;
  if (name === undefined && viewers === undefined) return;
  const path = { room_id: room.room.id, channel_id: channelId };
  await onNewest(queries, path.room_id, async (newest, ifMatch) => {
    const now = newest.channels.find(({ id }) => id === channelId);
    const { channel } = await ask(
      api.PATCH("/api/rooms/{room_id}/channels/{channel_id}", {
        params: { path, header: viewers === undefined ? {} : ifMatch },
        body: {
          ...(name !== undefined && { name }),
          ...(viewers !== undefined && {
            overwrites: overwritesFor(newest, now?.overwrites ?? [], viewers(letIn(now))),
          }),
        },
      }),
    );
    show(
      context,
      newest.channels.map((known) => (known.id === channel.id ? channel : known)),
    );
  });
}

/** @param force whether it is deleted with people in it, whose call ends. */
export async function deleteChannel(
  context: Context,
  channelId: string,
  force: boolean,
): Promise<void> {
  const { channels } = await ask(
    context.api.DELETE("/api/rooms/{room_id}/channels/{channel_id}", {
      params: {
        path: { room_id: context.room.room.id, channel_id: channelId },
        query: { force },
      },
    }),
  );
  show(context, channels);
}

/** Moves a channel beside another, among those that one sees. */
export async function moveChannel(
  context: Context,
  channelId: string,
  neighbourId: string,
  side: "before" | "after",
): Promise<void> {
  const { api, queries, room } = context;
  await onNewest(queries, room.room.id, async (newest, ifMatch) => {
    const moved = newest.channels.find(({ id }) => id === channelId);
    const others = newest.channels.filter(({ id }) => id !== channelId);
    const place = others.findIndex(({ id }) => id === neighbourId);
    if (moved === undefined || place < 0) return; // deleted meanwhile
    const order = others.toSpliced(side === "before" ? place : place + 1, 0, moved);
    show(context, order);
    try {
      const { channels } = await ask(
        api.PUT("/api/rooms/{room_id}/channels", {
          params: { path: { room_id: room.room.id }, header: ifMatch },
          body: { order: order.map(({ id }) => id) },
        }),
      );
      show(context, channels);
    } catch (error) {
      show(context, newest.channels);
      throw error;
    }
  });
}

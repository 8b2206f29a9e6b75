import type { Channel, WholeRoom } from "../../sangha/api/types";

/** Returns the voice channels that one sees, and the ids of the private ones among them. */
export function voiceChannels(room: WholeRoom): { channels: Channel[]; privateIds: string[] } {
  const channels = room.channels.filter(({ kind }) => kind === "voice");
  const privateIds = channels.filter((channel) => channel.private).map(({ id }) => id);
  return { channels, privateIds };
}

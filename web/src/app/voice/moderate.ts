import { ask } from "../../sangha/api/client";
import { isProblem } from "../../sangha/api/problem";
import type { Channel } from "../../sangha/api/types";
import type { Sangha } from "../../sangha/context";
import type { Speaker } from "../../sangha/voice/attributes";

export type Deed = { action: "mute" | "unmute" | "remove" } | { action: "move"; to: Channel };

/** Who is moderated, and where they are. */
export interface Moderated {
  roomId: string;
  channel: Channel;
  speaker: Speaker;
}

const DONE = { mute: "muted", unmute: "unmuted", remove: "removed from voice", move: "moved" };

/**
 * Asks the API to mute, unmute, remove or move somebody.
 *
 * @returns whether it was done at once, and what came of it in words.
 * @throws {Problem} why it wasn't done.
 */
export async function moderate(
  api: Sangha["api"],
  { roomId, channel, speaker: { identity, name } }: Moderated,
  deed: Deed,
): Promise<{ applied: boolean; words: string }> {
  const { action } = deed;
  try {
    const { applied } = await ask(
      api.POST("/api/livekit/moderate", {
        body: {
          room_id: roomId,
          channel_id: channel.id,
          user_id: identity,
          action,
          to_channel_id: action === "move" ? deed.to.id : null,
        },
      }),
    );
    if (applied) return { applied, words: `${name} was ${DONE[action]}` };
    if (action === "mute" || action === "unmute") {
      return { applied, words: `${name} is ${DONE[action]} as soon as voice can be reached.` };
    }
    return { applied, words: `${name} isn’t in ${channel.name} any more.` };
  } catch (error) {
    const isClosed = isProblem(error, "may_not_connect");
    if (!isClosed || action !== "move") throw error;
    return { applied: false, words: `${name} may not join ${deed.to.name}.` };
  }
}

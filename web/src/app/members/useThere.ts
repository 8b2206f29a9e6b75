import { useMemo } from "react";
import type { WholeRoom } from "../../sangha/api/types";
import { useOnline } from "../../sangha/online/useOnline";
import { useVoicePresence } from "../../sangha/voice/useVoicePresence";
import { voiceChannels } from "../voice/voiceChannels";

/**
 * Returns the ids of who is there: who has the community open, and who is in its voice channels,
 * whatever they look at.
 */
export function useThere(room: WholeRoom): ReadonlySet<string> {
  const online = useOnline(room.room.id);
  const { privateIds } = useMemo(() => voiceChannels(room), [room]);
  const { channels } = useVoicePresence(room.room.id, privateIds);
  return useMemo(() => {
    const talking = [...channels.values()].flatMap(({ participants }) => participants);
    return new Set([...online, ...talking.map(({ identity }) => identity)]);
  }, [online, channels]);
}

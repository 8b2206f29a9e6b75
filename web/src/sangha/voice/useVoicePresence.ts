import { useEffect, useMemo, useSyncExternalStore } from "react";
import { useSangha } from "../context";
import { feedOf, type VoicePresence } from "./feed";

const NONE: readonly string[] = [];

/**
 * Tells who is in the voice channels of a community, by push: one request when it is first shown,
 * none while nothing is missed. Whoever shows the same community shares it.
 *
 * @param privateChannelIds the private voice channels that one sees: what happens there is told on
 * topics of their own.
 */
export function useVoicePresence(
  roomId: string,
  privateChannelIds: readonly string[] = NONE,
): VoicePresence {
  const { api, supabase } = useSangha();
  const feed = useMemo(() => feedOf({ api, supabase }, roomId), [api, supabase, roomId]);
  const presence = useSyncExternalStore(feed.subscribe, feed.snapshot);
  const ids = [...privateChannelIds].sort().join(" ");
  useEffect(() => {
    feed.hear(ids === "" ? NONE : ids.split(" "));
  }, [feed, ids]);
  return presence;
}

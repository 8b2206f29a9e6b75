import { useEffect, useRef } from "react";
import { useAnnounce } from "../ui/Announcer";
import type { Speaker } from "./attributes";
import type { Here } from "./presence";

type People = ReadonlyMap<string, Speaker>;

/** Returns what is worth saying aloud when people in a channel change, of everybody but oneself. */
function newsOf(before: People, after: People, userId: string): string[] {
  const news: string[] = [];
  for (const [identity, { name, muted }] of after) {
    if (identity === userId) continue;
    const other = before.get(identity);
    if (other === undefined) news.push(`${name} joined`);
    else if (muted !== other.muted) {
      news.push(muted ? `${name} was muted by a moderator` : `${name} is no longer muted`);
    }
  }
  for (const [identity, { name }] of before) {
    if (identity !== userId && !after.has(identity)) news.push(`${name} left`);
  }
  return news;
}

const MOST = 3; // of a burst, such as after a reconnect: more is noise

/** Says who comes, goes and is muted in one channel; nothing of who was there when one came. */
export function useVoiceNews(
  channelId: string | undefined,
  here: ReadonlyMap<string, Here>,
  userId: string,
): void {
  const announce = useAnnounce();
  const last = useRef<{ channelId: string; people: People } | null>(null);
  useEffect(() => {
    const people = new Map<string, Speaker>();
    for (const speaker of here.get(channelId ?? "")?.participants ?? []) {
      people.set(speaker.identity, speaker);
    }
    // Without oneself it isn't the list of one's call: it hasn't been read yet.
    if (channelId === undefined || !people.has(userId)) {
      last.current = null;
      return;
    }
    const before = last.current?.channelId === channelId ? last.current.people : null;
    last.current = { channelId, people };
    if (before === null) return;
    const news = newsOf(before, people, userId);
    for (const line of news.slice(0, MOST)) announce(line);
    if (news.length > MOST) announce(`and ${news.length - MOST} more changes`);
  }, [channelId, here, userId, announce]);
}

import { useMemo, useSyncExternalStore } from "react";
import { useSangha } from "../context";
import { type MatchingClient, matchingOf } from "./client";
import type { MatchingView } from "./machine";

export type { Ending, MatchingView, Wishes } from "./machine";

/** What has become of one's wish to talk to somebody, and how to wish. */
export type Matching = MatchingView & Pick<MatchingClient, "join" | "giveUp" | "leave" | "refresh">;

/**
 * Meets people: waits, is matched, leaves. It goes on for as long as something shows it, also in a
 * background tab; whoever shows it shares it. Who neither waits nor is in a match costs one request.
 */
export function useMatching(): Matching {
  const { api, supabase, userId } = useSangha();
  const client = useMemo(() => matchingOf({ api, supabase, userId }), [api, supabase, userId]);
  const view = useSyncExternalStore(client.subscribe, client.snapshot);
  return useMemo(() => {
    const { join, giveUp, leave, refresh } = client;
    return { ...view, join, giveUp, leave, refresh };
  }, [view, client]);
}

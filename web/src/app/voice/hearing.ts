import { useSyncExternalStore } from "react";
import { remember, stored } from "../stored";

/** How somebody is played in this browser, whatever others hear of them. */
export interface Hearing {
  /** Percent of what they send, 0 to 100. */
  volume: number;
  /** Muted by oneself, for oneself. */
  muted: boolean;
}

export type Hearings = ReadonlyMap<string, Hearing>;

const KEY = "sangha.hearing";
const MOST = 200;
const AS_SENT: Hearing = { volume: 100, muted: false };

/** Only a volume can do harm: an audio element throws at one that it doesn't have. */
function isEntry(entry: unknown): entry is [string, Hearing] {
  const volume: unknown = Array.isArray(entry) && entry[1]?.volume;
  return typeof volume === "number" && volume >= 0 && volume <= 100;
}

function read(): Hearings {
  try {
    const entries: unknown = JSON.parse(stored(KEY) ?? "[]");
    return new Map(Array.isArray(entries) ? entries.filter(isEntry).slice(-MOST) : []);
  } catch {
    return new Map();
  }
}

let now = read();
const listeners = new Set<() => void>();

function show(next: Hearings): void {
  now = next;
  for (const tell of listeners) tell();
}

// What is chosen in another tab is heard in the one that has the call.
window.addEventListener("storage", ({ key }) => key === KEY && show(read()));

function subscribe(tell: () => void): () => void {
  listeners.add(tell);
  return () => listeners.delete(tell);
}

/** Returns how people are played, by user id; who isn't in it is played as they come. */
export function useHearings(): Hearings {
  return useSyncExternalStore(subscribe, () => now);
}

/** Returns how somebody is played. */
export function hearingOf(hearings: Hearings, userId: string): Hearing {
  return hearings.get(userId) ?? AS_SENT;
}

/** Plays somebody otherwise from now on. Kept for the 200 people whom it was last done for. */
export function setHearing(userId: string, change: Partial<Hearing>): void {
  const next = new Map(now);
  const hearing = { ...hearingOf(now, userId), ...change };
  next.delete(userId);
  if (hearing.muted || hearing.volume !== AS_SENT.volume) next.set(userId, hearing);
  const kept = [...next].slice(-MOST);
  show(new Map(kept));
  remember(KEY, JSON.stringify(kept));
}

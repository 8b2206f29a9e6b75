import type { Problem } from "../../sangha/api/problem";

/** Where a call is: a community's voice channel, or the room of a match. */
export type CallTarget =
  | { kind: "channel"; roomId: string; channelId: string; name: string }
  | { kind: "match"; matchId: string; name: string };

export type CallPhase =
  | { phase: "idle" }
  | { phase: "joining"; target: CallTarget }
  /** Too many joins: tried again at `until` (ms since the epoch), unless it is given up. */
  | { phase: "limited"; target: CallTarget; until: number }
  | { phase: "in"; target: CallTarget; connection: "connected" | "reconnecting" }
  /** It ended, or never began: `code` is a problem's, or why LiveKit let us go. */
  | { phase: "failed"; target: CallTarget; code: string; problem?: Problem };

/** What one's own microphone does, and why. */
export type Microphone =
  | "on"
  /** Muted by oneself. */
  | "off"
  /** Being opened; the browser may be asking for permission. */
  | "asking"
  /** The browser, or its user, doesn't allow it. */
  | "denied"
  | "missing"
  /** Another program has it, or it failed otherwise. */
  | "broken"
  /** Muted by a moderator, in every channel of the community. */
  | "moderated"
  /** One may listen here, not speak. */
  | "not_allowed";

/** What is known of the call one is in, beside its phase. */
export interface Sounds {
  microphone: Microphone;
  /** Whether the browser plays what others say; it may wait for a click. */
  audible: boolean;
  /** Hears nobody and is heard by nobody, by one's own will. */
  deafened: boolean;
  /** Identities (user ids) of who speaks, and of who has muted themselves. */
  speaking: ReadonlySet<string>;
  silent: ReadonlySet<string>;
}

const NOBODY: ReadonlySet<string> = new Set();
export const SILENCE: Sounds = {
  microphone: "off",
  audible: true,
  deafened: false,
  speaking: NOBODY,
  silent: NOBODY,
};

/** Returns whether two targets are the same place, whatever it is called. */
export function isSamePlace(one: CallTarget, other: CallTarget): boolean {
  return one.kind === "channel"
    ? other.kind === "channel" && one.channelId === other.channelId
    : other.kind === "match" && one.matchId === other.matchId;
}

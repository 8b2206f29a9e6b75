import { wordsOf } from "../feedback/words";
import type { CallPhase } from "./phase";

type Failed = Extract<CallPhase, { phase: "failed" }>;

/** Why a call ended, or never began, beside what the API's problems are called. */
const WORDS: Readonly<Record<string, string>> = {
  removed: "You were taken out of the call. If you may, you can join again.",
  call_ended: "The call was ended. Perhaps the channel is gone.",
  joined_elsewhere: "You joined a call in another window or on another device.",
  connection_lost: "The connection was lost and couldn’t be made again.",
  livekit_unavailable:
    "Voice can’t be reached right now. Channels, members and settings work as before.",
  not_admitted: "Voice didn’t let you in. Try again in a moment.",
  match_over: "This match is over.",
  not_a_voice_channel: "This is not a voice channel.",
  call_failed: "The call couldn’t be started in this browser.",
};

/** Where trying again would be refused again. */
const FINAL = new Set([
  "may_not_connect",
  "channel_not_found",
  "room_not_found",
  "not_a_voice_channel",
  "banned",
  "match_over",
]);

/** Returns what people are told of a call that failed. */
export function callWords({ code, problem }: Failed): string {
  return WORDS[code] ?? wordsOf(problem);
}

/** Returns what the button is called that tries again; null where that is of no use. */
export function againWords({ code }: Failed): string | null {
  if (FINAL.has(code)) return null;
  return code === "joined_elsewhere"
    ? "Join here"
    : code === "removed"
      ? "Join again"
      : "Try again";
}

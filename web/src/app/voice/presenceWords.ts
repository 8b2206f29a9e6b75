import type { VoicePresence } from "../../sangha/voice/feed";
import { wordsOf } from "../feedback/words";

/** Returns what people should know of who is shown in voice; null where all is well. */
export function presenceNote({ status, source, error }: VoicePresence): string | null {
  if (status === "away") {
    if (error !== undefined && !error.isAway) return wordsOf(error);
    return "Who is in voice can’t be read right now: it is shown as last known. You can join and talk.";
  }
  if (source === "livekit") {
    return "Who is in voice may be some seconds old right now. You can join and talk.";
  }
  return null;
}

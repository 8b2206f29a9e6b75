import type { Microphone } from "./phase";

const NOTES: Partial<Record<Microphone, string>> = {
  asking: "Your browser may be asking whether you allow the microphone.",
  denied:
    "Your microphone is blocked, so you can listen but not speak. Allow it beside the address of this page, then press the microphone.",
  missing: "No microphone was found. You can listen. Plug one in, then press the microphone.",
  broken:
    "Your microphone can’t be opened; perhaps another program has it. You can listen. Press the microphone to try again.",
  moderated: "A moderator has muted you in this community. You can listen.",
  not_allowed: "You may listen here, but not speak.",
};

/** Returns what people should know of their microphone; null where all is well. */
export function microphoneNote(microphone: Microphone): string | null {
  return NOTES[microphone] ?? null;
}

/** Returns the same of the whole call: who is deafened knows that first. */
export function callNote(microphone: Microphone, deafened: boolean): string | null {
  return deafened ? "You hear nobody, and nobody hears you." : microphoneNote(microphone);
}

/** Returns why one can't unmute oneself, where that is so. */
export function whyMuted(microphone: Microphone): string | undefined {
  if (microphone === "moderated") return "A moderator muted you; only a moderator can undo it.";
  if (microphone === "not_allowed") return "You don’t have the permission to speak here.";
  return undefined;
}

import { useEffect } from "react";
import type { CallSnapshot } from "./machine";

const isMac = /mac/i.test(navigator.platform);

/** How the shortcut is written, for eyes and for `aria-keyshortcuts`. */
export const MUTE_KEY = isMac ? "⌘⇧M" : "Ctrl+Shift+M";
export const MUTE_ARIA = isMac ? "Meta+Shift+M" : "Control+Shift+M";

/** Mutes and unmutes by a key, wherever the focus is, while one is in a call. */
export function useMuteKey(
  { room, microphone }: CallSnapshot,
  setMicrophone: (on: boolean) => void,
): void {
  useEffect(() => {
    if (room === null) return;
    const onKey = (event: KeyboardEvent) => {
      const held = isMac ? event.metaKey : event.ctrlKey;
      if (!held || !event.shiftKey || event.altKey || event.code !== "KeyM") return;
      event.preventDefault();
      const isTheirs = microphone === "moderated" || microphone === "not_allowed";
      if (!event.repeat && !isTheirs) setMicrophone(microphone !== "on");
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [room, microphone, setMicrophone]);
}

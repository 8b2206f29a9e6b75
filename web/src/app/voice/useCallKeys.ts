import { useEffect } from "react";
import type { CallMachine } from "./machine";
import { isMac } from "./shortcut";

/** Mutes and deafens by keys, wherever the focus is, while one is in a call. */
export function useCallKeys(machine: CallMachine): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const { code } = event;
      const isHeld = (isMac ? event.metaKey : event.ctrlKey) && event.shiftKey && !event.altKey;
      if (!isHeld || (code !== "KeyM" && code !== "KeyD")) return;
      event.preventDefault();
      if (event.repeat) return;
      const { microphone, deafened } = machine.snapshot();
      const isTheirs = microphone === "moderated" || microphone === "not_allowed";
      if (code === "KeyD") machine.setDeafened(!deafened);
      else if (!isTheirs) machine.setMicrophone(microphone !== "on");
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [machine]);
}

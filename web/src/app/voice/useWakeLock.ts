import { useEffect } from "react";

/** Keeps the screen awake while it is mounted, where the browser can do that. */
export function useWakeLock(): void {
  useEffect(() => {
    if (!("wakeLock" in navigator)) return;
    let held: WakeLockSentinel | undefined;
    let isOver = false;
    const hold = async () => {
      if (document.visibilityState !== "visible") return;
      try {
        const lock = await navigator.wakeLock.request("screen");
        if (isOver) await lock.release();
        else held = lock;
      } catch {
        // Refused, as on a low battery: the screen sleeps as it always does, the call goes on.
      }
    };
    void hold();
    document.addEventListener("visibilitychange", hold); // a hidden page loses it
    return () => {
      isOver = true;
      document.removeEventListener("visibilitychange", hold);
      held?.release().catch(() => {}); // lost already
    };
  }, []);
}

import { useEffect, useState } from "react";
import { useCountdown } from "../../sangha/ui/useCountdown";
import { clockWords } from "./matchWords";

/** How long there is still to come, until `at` (ms since the epoch, this device's clock). */
export function Until({ at }: { at: number }) {
  const left = useCountdown(at);
  return left > 0 ? (
    <>
      It begins when everybody is here. <span role="timer">{left} s</span> left to come.
    </>
  ) : (
    "Not everybody has come in time. Looking what becomes of it…"
  );
}

/** How long it has gone on since `at` (ms since the epoch, this device's clock). */
export function Since({ at }: { at: number }) {
  const now = useNow();
  return (
    <>
      You have talked for <span role="timer">{clockWords(now - at)}</span>.
    </>
  );
}

/** The time, each second. */
export function useNow(): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const ticking = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(ticking);
  }, []);
  return now;
}

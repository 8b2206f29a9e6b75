import { useCallback, useState } from "react";
import { isProblem } from "../../sangha/api/problem";
import { useCountdown } from "../../sangha/ui/useCountdown";

type State =
  | { phase: "idle" }
  | { phase: "sending" }
  | { phase: "waiting"; send: () => Promise<void>; until: number }
  | { phase: "failed"; error: unknown };

export interface Write {
  /** Sends it; what it does after its answer belongs inside. One at a time. */
  run: (send: () => Promise<void>) => Promise<void>;
  /** Sent, or waiting to be sent again. */
  busy: boolean;
  /** Seconds until it is sent again by itself, after too many requests; 0 while it isn't waiting. */
  waitS: number;
  error: unknown;
  /** Gives up waiting, forgets what failed. */
  reset: () => void;
}

/** A change that is asked of the API. Refused for too many of them, it is sent again when one fits. */
export function useWrite(): Write {
  const [state, setState] = useState<State>({ phase: "idle" });
  const run = useCallback(async (send: () => Promise<void>) => {
    setState({ phase: "sending" });
    try {
      await send();
      setState({ phase: "idle" });
    } catch (error) {
      const waitS = isProblem(error, "rate_limited") ? error.retryAfterS : undefined;
      setState(
        waitS === undefined
          ? { phase: "failed", error }
          : { phase: "waiting", send, until: Date.now() + waitS * 1000 },
      );
    }
  }, []);
  const again = useCallback(() => {
    if (state.phase === "waiting") void run(state.send);
  }, [state, run]);
  const waitS = useCountdown(state.phase === "waiting" ? state.until : null, again);
  return {
    run,
    waitS,
    busy: state.phase === "sending" || state.phase === "waiting",
    error: state.phase === "failed" ? state.error : undefined,
    reset: useCallback(() => setState({ phase: "idle" }), []),
  };
}

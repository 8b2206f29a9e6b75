import { defaultEmojiDataResolver, type EmojiDataResolver } from "frimousse";
import { useMemo, useRef, useState } from "react";
import { CROWN_EMOJI, isSameEmoji } from "./icons";

const DEADLINE_MS = 10_000;

/** Reads the emojis, without the crown and with a deadline; where that fails, waits for `retry`. */
export function useEmojis() {
  const [failed, setFailed] = useState(false);
  const again = useRef<() => void>(undefined);
  const resolve = useMemo<EmojiDataResolver>(
    () => async (locale, options) => {
      const closed = options.signal ?? new AbortController().signal;
      for (;;) {
        const signal = AbortSignal.any([closed, AbortSignal.timeout(DEADLINE_MS)]);
        try {
          const data = await defaultEmojiDataResolver(locale, { ...options, signal });
          const emojis = data.emojis.filter(({ emoji }) => !isSameEmoji(emoji, CROWN_EMOJI));
          return { ...data, emojis };
        } catch (error) {
          if (closed.aborted) throw error;
          setFailed(true);
          await new Promise<void>((retried) => {
            again.current = retried;
          });
          setFailed(false);
        }
      }
    },
    [],
  );
  return { failed, resolve, retry: () => again.current?.() };
}

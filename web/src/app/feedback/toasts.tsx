import { X } from "lucide-react";
import { createContext, type ReactNode, useCallback, useContext, useRef, useState } from "react";
import { IconButton } from "../../sangha/ui/Button";
import { LostContext } from "../../sangha/ui/onDemand";
import { useFocusKept } from "../../sangha/voice/useFocusKept";
import styles from "./toasts.module.css";
import { wordsOf } from "./words";

interface Toast {
  id: number;
  text: string;
  tone: "info" | "danger";
}

interface Toasts {
  tell: (text: string) => void;
  /** Says in words for people what went wrong. */
  tellProblem: (error: unknown) => void;
}

const Context = createContext<Toasts | null>(null);
const SHOWN_MS = 7000;
const AT_ONCE = 3;
const LOST = "This can’t be loaded right now. Try again, or load the page again.";

/** Short notices in a corner; screen readers say them, too. */
export function Toaster({ children }: { children: ReactNode }) {
  const [toasts, setToasts] = useState<Toast[]>([]);
  const next = useRef(0);
  const place = useRef<HTMLElement>(null);
  const kept = useFocusKept(place, toasts);
  const close = useCallback((id: number) => {
    setToasts((now) => now.filter((toast) => toast.id !== id));
  }, []);
  // What is being read or used stays.
  const expire = useCallback(
    (id: number) => {
      const isUsed = place.current?.querySelector(`[data-id="${id}"]:is(:hover, :focus-within)`);
      if (isUsed) setTimeout(expire, SHOWN_MS, id);
      else close(id);
    },
    [close],
  );
  const add = useCallback(
    (text: string, tone: Toast["tone"]) => {
      const id = next.current++;
      setToasts((now) =>
        [...now.filter((toast) => toast.text !== text), { id, text, tone }].slice(-AT_ONCE),
      );
      setTimeout(expire, SHOWN_MS, id);
    },
    [expire],
  );
  const [value] = useState<Toasts>(() => ({
    tell: (text) => add(text, "info"),
    tellProblem: (error) => add(wordsOf(error), "danger"),
  }));
  const tellLost = useCallback(() => add(LOST, "danger"), [add]);
  return (
    <Context value={value}>
      <LostContext value={tellLost}>{children}</LostContext>
      <section
        ref={place}
        className={styles.toasts}
        aria-label="Notices"
        aria-live="polite"
        tabIndex={-1}
        {...kept}
      >
        {toasts.map((toast) => (
          <div key={toast.id} className={styles.toast} data-id={toast.id} data-tone={toast.tone}>
            <p>{toast.text}</p>
            <IconButton label="Dismiss" size="small" onClick={() => close(toast.id)}>
              <X aria-hidden />
            </IconButton>
          </div>
        ))}
      </section>
    </Context>
  );
}

export function useToasts(): Toasts {
  const toasts = useContext(Context);
  if (toasts === null) throw new Error("useToasts is called outside of a Toaster");
  return toasts;
}

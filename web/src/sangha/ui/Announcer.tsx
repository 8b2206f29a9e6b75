import { createContext, type ReactNode, useCallback, useContext, useRef, useState } from "react";
import hidden from "../style/hidden.module.css";

type Announce = (text: string) => void;

const Context = createContext<Announce>(() => {});
const FORGOTTEN_AFTER_MS = 5000;

/** Holds the one live region by which screen readers are told what happens elsewhere. */
export function Announcer({ children }: { children: ReactNode }) {
  const [said, setSaid] = useState<{ id: number; text: string }[]>([]);
  const next = useRef(0);
  const announce = useCallback((text: string) => {
    const id = next.current++;
    setSaid((before) => [...before.slice(-4), { id, text }]);
    setTimeout(() => setSaid((now) => now.filter((line) => line.id !== id)), FORGOTTEN_AFTER_MS);
  }, []);
  return (
    <Context value={announce}>
      {children}
      <div className={hidden.hidden} role="log" aria-label="What happens" aria-live="polite">
        {said.map((line) => (
          <p key={line.id}>{line.text}</p>
        ))}
      </div>
    </Context>
  );
}

/** Returns how to say something to who uses a screen reader; it does nothing without an Announcer. */
export function useAnnounce(): Announce {
  return useContext(Context);
}

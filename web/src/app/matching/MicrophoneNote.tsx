import { useEffect, useState } from "react";
import { Banner } from "../../sangha/ui/Banner";
import { Button } from "../../sangha/ui/Button";
import type { MicrophoneAccess } from "./microphone";
import styles from "./WishForm.module.css";

const SOON_MS = 800; // who has allowed it before is never asked

const WORDS: Readonly<Record<Exclude<MicrophoneAccess, "granted"> | "asking", string>> = {
  asking: "Your browser asks whether you allow the microphone. Others hear you by it.",
  denied:
    "Your microphone is blocked, so nobody would hear you. Allow it beside the address of this page.",
  missing: "No microphone was found, so nobody would hear you. Plug one in.",
  broken: "Your microphone can’t be opened; perhaps another program has it.",
};

interface MicrophoneNoteProps {
  access: MicrophoneAccess | "asking";
  onAgain: () => void;
  /** Looks for somebody without it: one only listens. */
  onGoOn: () => void;
}

/** Why nobody is looked for yet: the microphone. */
export function MicrophoneNote({ access, onAgain, onGoOn }: MicrophoneNoteProps) {
  const [isShown, setShown] = useState(access !== "asking");
  useEffect(() => {
    if (access !== "asking") return setShown(true);
    const later = setTimeout(setShown, SOON_MS, true);
    return () => clearTimeout(later);
  }, [access]);
  if (!isShown || access === "granted") return null;
  return (
    <Banner
      tone={access === "asking" ? "info" : "warning"}
      action={
        <div className={styles.ways}>
          {access !== "asking" && (
            <Button size="small" look="primary" onClick={onAgain}>
              Try again
            </Button>
          )}
          <Button size="small" onClick={onGoOn}>
            Only listen
          </Button>
        </div>
      }
    >
      {WORDS[access]}
    </Banner>
  );
}

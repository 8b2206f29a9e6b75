import { useEffect, useRef, useState } from "react";
import { Banner } from "../../sangha/ui/Banner";
import { Button } from "../../sangha/ui/Button";
import { useCall } from "../voice/call";
import { JoinState } from "./JoinState";
import styles from "./Matching.module.css";
import { MicrophoneNote } from "./MicrophoneNote";
import { useMatch } from "./matching";
import { endingWords } from "./matchWords";
import { askForMicrophone, type MicrophoneAccess } from "./microphone";
import { useHeadingFocus } from "./useHeadingFocus";
import { WishForm } from "./WishForm";
import type { WishDraft } from "./wishes";

interface FormPartProps {
  /** What the form begins with. */
  initial: () => WishDraft;
  /** Who is in line changes their wishes, and goes back to waiting. */
  onClose?: () => void;
}

/** Says what one wishes, and goes into the line. */
export function FormPart({ initial, onClose }: FormPartProps) {
  const { matching, find } = useMatch();
  const { state } = useCall();
  const heading = useHeadingFocus();
  const [access, setAccess] = useState<MicrophoneAccess | "asking" | null>(null);
  const [first] = useState(initial);
  const [draft, setDraft] = useState(first);
  const isChange = onClose !== undefined;
  const hasEnded = matching.ending !== null;
  const isJoining = matching.busy === "joining";

  // Changed wishes are in force once the answer is there: then the line is shown again.
  const wasJoining = useRef(false);
  useEffect(() => {
    const isDone = wasJoining.current && !isJoining && matching.problem === null;
    wasJoining.current = isJoining;
    if (isDone) onClose?.();
  }, [isJoining, matching.problem, onClose]);

  const asked = useRef(0);
  const submit = async (wishes: WishDraft) => {
    setDraft(wishes);
    if (isChange) return find(wishes);
    const turn = ++asked.current;
    setAccess("asking");
    const found = await askForMicrophone();
    if (turn !== asked.current) return; // gone on without it
    setAccess(found === "granted" ? null : found);
    if (found === "granted") find(wishes);
  };
  const goOn = () => {
    asked.current += 1;
    setAccess(null);
    find(draft);
  };

  const channel =
    state.phase !== "idle" && state.phase !== "failed" && state.target.kind === "channel"
      ? state.target.name
      : null;
  return (
    <>
      <header className={styles.head}>
        <h2 ref={heading} tabIndex={-1}>
          {isChange ? "Change your wishes" : "Talk to somebody new"}
        </h2>
        <p>
          {isChange
            ? "You keep your time in line, whatever you change."
            : "Say what you would like to talk about. When somebody fits, you are connected at once, by voice."}
        </p>
      </header>
      {matching.ending !== null && <Banner>{endingWords(matching.ending)}</Banner>}
      <WishForm
        initial={first}
        action={isChange ? "Change them" : hasEnded ? "Look again" : "Find somebody"}
        busy={isJoining || access === "asking"}
        onSubmit={(wishes) => void submit(wishes)}
        cancel={
          isChange && (
            <Button
              look="quiet"
              onClick={() => {
                if (isJoining) matching.giveUp();
                onClose();
              }}
            >
              Keep the old ones
            </Button>
          )
        }
        notes={
          <>
            <JoinState />
            {access !== null && (
              <MicrophoneNote access={access} onAgain={() => void submit(draft)} onGoOn={goOn} />
            )}
            {!isChange && channel !== null && (
              <p className={styles.hint}>
                When somebody is found, you leave <bdi>{channel}</bdi>.
              </p>
            )}
          </>
        }
      />
    </>
  );
}

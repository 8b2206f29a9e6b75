import { PhoneOff, Radio, Volume2, X } from "lucide-react";
import { useRef } from "react";
import { Link } from "wouter";
import { Button, IconButton } from "../../sangha/ui/Button";
import { useCountdown } from "../../sangha/ui/useCountdown";
import { useFocusKept } from "../../sangha/voice/useFocusKept";
import styles from "./CallBar.module.css";
import { type CallTarget, useCall } from "./call";
import { againWords, callWords } from "./callWords";
import { DeafenButton } from "./DeafenButton";
import { DevicesButton } from "./DevicesButton";
import { MicrophoneButton } from "./MicrophoneButton";
import { callNote } from "./microphoneWords";

/** At the foot of every screen: the call one is in, and its buttons. Nothing while there is none. */
export function CallBar() {
  const { state } = useCall();
  const place = useRef<HTMLDivElement>(null);
  const kept = useFocusKept(place, state.phase);
  return (
    <div ref={place} className={styles.holder} tabIndex={-1} {...kept}>
      {state.phase !== "idle" && (
        <section className={styles.bar} aria-label="Your call">
          {state.phase === "in" ? <Connected /> : <NotConnected />}
        </section>
      )}
    </div>
  );
}

/** The way back to the page of the call. */
function Place({ target }: { target: CallTarget }) {
  const href =
    target.kind === "channel" ? `/rooms/${target.roomId}/channels/${target.channelId}` : "/match";
  return (
    <Link href={href} className={styles.place ?? ""} title={target.name}>
      <bdi>{target.name}</bdi>
    </Link>
  );
}

function Connected() {
  const { state, microphone, deafened, audible, leave, startAudio } = useCall();
  if (state.phase !== "in") return null;
  const isThere = state.connection === "connected";
  const note = isThere ? callNote(microphone, deafened) : null;
  return (
    <>
      <div className={styles.where}>
        <span className={styles.state} data-connection={state.connection} role="status">
          <Radio aria-hidden />
          {isThere ? "In the call" : "Reconnecting…"}
        </span>
        <Place target={state.target} />
      </div>
      <div className={styles.buttons}>
        <MicrophoneButton />
        <DeafenButton />
        <DevicesButton />
        <IconButton label="Leave the call" look="danger" onClick={leave}>
          <PhoneOff aria-hidden />
        </IconButton>
      </div>
      {!audible && (
        <Button look="primary" onClick={startAudio}>
          <Volume2 aria-hidden /> Play the sound
        </Button>
      )}
      {note !== null && <p className={styles.note}>{note}</p>}
    </>
  );
}

function NotConnected() {
  const { state, join, leave } = useCall();
  const left = useCountdown(state.phase === "limited" ? state.until : null);
  if (state.phase === "idle" || state.phase === "in") return null;
  if (state.phase === "failed") {
    const again = againWords(state);
    return (
      <>
        <div className={styles.row}>
          <div className={styles.where}>
            <span className={styles.state} data-connection="failed">
              Not in the call
            </span>
            <Place target={state.target} />
          </div>
          <IconButton label="Dismiss" onClick={leave}>
            <X aria-hidden />
          </IconButton>
        </div>
        <p className={styles.note} role="alert">
          {callWords(state)}
        </p>
        {again !== null && (
          <Button look="primary" onClick={() => join(state.target)}>
            {again}
          </Button>
        )}
      </>
    );
  }
  const isLimited = state.phase === "limited";
  return (
    <>
      <div className={styles.row}>
        <div className={styles.where}>
          <span className={styles.state} data-connection="reconnecting">
            <span role="status">{isLimited ? "Waiting to join" : "Joining…"}</span>
            {isLimited && <span className={styles.seconds}>{left} s</span>}
          </span>
          <Place target={state.target} />
        </div>
        <IconButton label={isLimited ? "Give up joining" : "Cancel joining"} onClick={leave}>
          <X aria-hidden />
        </IconButton>
      </div>
      {isLimited && (
        <p className={styles.note}>
          You joined many calls in a short time. You will be in when the time is up.
        </p>
      )}
    </>
  );
}

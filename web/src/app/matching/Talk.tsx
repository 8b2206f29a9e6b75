import { PhoneOff, Shuffle, Volume2 } from "lucide-react";
import { useState } from "react";
import type { MatchStatus } from "../../sangha/api/types";
import { useSangha } from "../../sangha/context";
import { Banner } from "../../sangha/ui/Banner";
import { Button } from "../../sangha/ui/Button";
import { useCall } from "../voice/call";
import { againWords, callWords } from "../voice/callWords";
import { DeafenButton } from "../voice/DeafenButton";
import { DevicesButton } from "../voice/DevicesButton";
import { MicrophoneButton } from "../voice/MicrophoneButton";
import { callNote } from "../voice/microphoneWords";
import { BlockDialog } from "./BlockDialog";
import { languageName } from "./languages";
import styles from "./Matching.module.css";
import { MatchPerson } from "./MatchPerson";
import { useMatch } from "./matching";
import { namesOf, othersIn, problemWords } from "./matchWords";
import { Since, Until } from "./times";
import { useHeadingFocus } from "./useHeadingFocus";

export type TheMatch = Extract<MatchStatus, { state: "matched" }>["match"];

interface TalkProps {
  match: TheMatch;
  clockAheadMs: number;
  /** One has blocked somebody, and is about to have left. */
  onBlocked: (name: string) => void;
}

/** The match: with whom, who is there, and the call. */
export function Talk({ match, clockAheadMs, onBlocked }: TalkProps) {
  const { userId } = useSangha();
  const { matching, leave, meetAnother } = useMatch();
  const call = useCall();
  const heading = useHeadingFocus();
  const [blocking, setBlocking] = useState<TheMatch["members"][number] | null>(null);
  const others = othersIn(match, userId);
  const { state } = call;
  const isHere =
    state.phase !== "idle" && state.target.kind === "match" && state.target.matchId === match.id;
  const isIn = isHere && state.phase === "in";
  const shared = [...match.interests, ...match.languages.map(languageName)];
  return (
    <section
      className={styles.talk}
      aria-labelledby="match"
      data-call={isHere ? "here" : undefined}
    >
      <header className={styles.head}>
        <h2 id="match" ref={heading} tabIndex={-1}>
          You and {namesOf(others)}
        </h2>
        <p>
          {match.started_at === null ? (
            <Until at={match.arrive_by + clockAheadMs} />
          ) : (
            <Since at={match.started_at + clockAheadMs} />
          )}
        </p>
        {shared.length > 0 && (
          <p>
            In common: <bdi>{shared.join(", ")}</bdi>
          </p>
        )}
      </header>
      {matching.problem?.isAway && (
        <Banner tone="warning">{problemWords(matching.problem)} The call goes on.</Banner>
      )}
      <Alone match={match} others={others} />
      {/* biome-ignore lint/a11y/noRedundantRoles: Safari drops the role of a list without bullets */}
      <ul role="list" className={styles.people} aria-label="People in this match">
        {match.members.map((member) => (
          <MatchPerson
            key={member.user_id}
            member={member}
            isMe={member.user_id === userId}
            isHere={member.user_id === userId ? isIn : member.here}
            hasBegun={match.started_at !== null}
            speaking={isIn && call.speaking.has(member.user_id)}
            silent={isIn && call.silent.has(member.user_id)}
            onBlock={() => setBlocking(member)}
          />
        ))}
      </ul>
      <CallState isHere={isHere} />
      <div className={styles.ways}>
        {isHere && state.phase !== "failed" && (
          <div className={styles.controls}>
            <MicrophoneButton />
            <DeafenButton />
            <DevicesButton />
          </div>
        )}
        {/* Before it began they haven't met: it would be the same person again. */}
        {match.started_at !== null && (
          <Button onClick={meetAnother}>
            <Shuffle aria-hidden /> Meet somebody else
          </Button>
        )}
        <Button look="danger" onClick={leave}>
          <PhoneOff aria-hidden /> Leave
        </Button>
      </div>
      {blocking !== null && (
        <BlockDialog
          person={blocking}
          onBlocked={() => onBlocked(blocking.name)}
          onClose={() => setBlocking(null)}
        />
      )}
    </section>
  );
}

/** Who closes the tab is still in the match, and may come back. */
function Alone({ match, others }: { match: TheMatch; others: TheMatch["members"] }) {
  if (match.started_at === null || others.some(({ here }) => here)) return null;
  return (
    <Banner>
      {others.length === 1 ? "They aren’t" : "None of the others is"} in the call right now, but may
      come back. You can wait, or meet somebody else.
    </Banner>
  );
}

/** One's own part in the call: in it, on the way, or why not. */
function CallState({ isHere }: { isHere: boolean }) {
  const { talkHere } = useMatch();
  const { state, microphone, deafened, audible, startAudio } = useCall();
  if (!isHere) {
    return (
      <Banner
        action={
          <Button size="small" look="primary" onClick={talkHere}>
            Talk here
          </Button>
        }
      >
        You aren’t in this call in this window. Perhaps you are in another one.
      </Banner>
    );
  }
  if (state.phase === "failed") {
    const again = againWords(state);
    return (
      <Banner
        tone="warning"
        action={
          again !== null && (
            <Button size="small" look="primary" onClick={talkHere}>
              {again}
            </Button>
          )
        }
      >
        {callWords(state)}
      </Banner>
    );
  }
  const isIn = state.phase === "in";
  const note = isIn ? callNote(microphone, deafened) : null;
  return (
    <div className={styles.call}>
      {isIn && state.connection === "reconnecting" && (
        <Banner tone="warning">Reconnecting. You will be heard again in a moment.</Banner>
      )}
      <p className={styles.hint} role="status">
        {isIn ? (note ?? "") : "Connecting you…"}
      </p>
      {isIn && !audible && (
        <Button look="primary" onClick={startAudio}>
          <Volume2 aria-hidden /> Play the sound
        </Button>
      )}
    </div>
  );
}

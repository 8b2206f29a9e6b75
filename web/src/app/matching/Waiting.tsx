import { useMemo } from "react";
import type { MatchStatus } from "../../sangha/api/types";
import { useSangha } from "../../sangha/context";
import { Banner } from "../../sangha/ui/Banner";
import { Button } from "../../sangha/ui/Button";
import { useRooms } from "../queries";
import { Chips } from "./Chips";
import { asWritten } from "./interests";
import { JoinState } from "./JoinState";
import { languageName } from "./languages";
import styles from "./Matching.module.css";
import { useMatch } from "./matching";
import { clockWords, estimateWords, lastWords, placeWords, problemWords } from "./matchWords";
import { useNow } from "./times";
import { useHeadingFocus } from "./useHeadingFocus";
import { rememberedWishes } from "./wishes";

type WaitingStatus = Extract<MatchStatus, { state: "waiting" }>;

const PATIENCE_MS = 20_000; // from then on strangers fit who are ready for them

interface WaitingProps {
  waiting: WaitingStatus & { clockAheadMs: number };
  /** The interests as they were typed. */
  onChange: (interests: readonly string[]) => void;
}

/** In line: for how long, at which place, and who would fit. */
export function Waiting({ waiting, onChange }: WaitingProps) {
  const { matching, leave } = useMatch();
  const { userId } = useSangha();
  const heading = useHeadingFocus();
  const typed = useMemo(() => rememberedWishes(userId).interests, [userId]);
  const interests = asWritten(waiting.interests, typed);
  const waitedMs = useNow() - waiting.clockAheadMs - waiting.since;
  return (
    <section className={styles.waiting} aria-labelledby="waiting">
      {waiting.last !== undefined && <Banner>{lastWords(waiting.last)}</Banner>}
      {matching.problem?.isAway && matching.busy === null && (
        <Banner tone="warning">
          {problemWords(matching.problem)} It is asked again by itself; your place holds for 30
          seconds.
        </Banner>
      )}
      <JoinState />
      <div className={styles.centre}>
        <span className={styles.pulse} aria-hidden />
        <h2 id="waiting" ref={heading} tabIndex={-1}>
          Looking for somebody
        </h2>
        <p className={styles.clock} role="timer" aria-label="Waited so far">
          {clockWords(waitedMs)}
        </p>
        <dl className={styles.facts}>
          <div>
            <dt>Your place</dt>
            <dd>{placeWords(waiting.place)}</dd>
          </div>
          <div>
            <dt>Estimate</dt>
            <dd>{estimateWords(waiting.estimate_s)}</dd>
          </div>
        </dl>
        <p className={styles.hint}>{whoFits(waiting, waitedMs)}</p>
        <p className={styles.hint}>People you met in the last 10 minutes aren’t matched again.</p>
      </div>
      <Wished waiting={waiting} interests={interests} />
      <div className={styles.ways}>
        <Button onClick={() => onChange(interests)}>Change wishes</Button>
        <Button onClick={leave}>Stop looking</Button>
      </div>
      <p className={styles.hint}>
        You can look at anything else meanwhile, also in other tabs. When somebody is found, you are
        connected and told.
      </p>
    </section>
  );
}

function whoFits({ interests, strangers }: WaitingStatus, waitedMs: number): string {
  if (interests.length === 0) return "Anybody who is ready for it fits.";
  if (!strangers) return "Only people who share an interest fit, however long it takes.";
  const leftS = Math.ceil((PATIENCE_MS - waitedMs) / 1000);
  return leftS > 0
    ? `People who share an interest fit. In ${leftS} s others do, too.`
    : "Now people without a common interest fit, too.";
}

/** By what one waits. */
function Wished({ waiting, interests }: { waiting: WaitingStatus; interests: string[] }) {
  const rooms = useRooms();
  const room = rooms.data?.find(({ id }) => id === waiting.room_id);
  return (
    <dl className={styles.wished}>
      <div>
        <dt>About</dt>
        <dd>
          {interests.length === 0 ? (
            "Anything"
          ) : (
            <Chips label="Interests" items={interests.map((name) => ({ id: name, name }))} />
          )}
        </dd>
      </div>
      <div>
        <dt>Group</dt>
        <dd>{waiting.group_size === 2 ? "Two of you" : `${waiting.group_size} people`}</dd>
      </div>
      <div>
        <dt>Languages</dt>
        <dd>{waiting.languages.map(languageName).join(", ") || "Any"}</dd>
      </div>
      <div>
        <dt>Among</dt>
        <dd>
          {waiting.room_id === null ? "Everybody" : <bdi>{room?.name ?? "One community"}</bdi>}
        </dd>
      </div>
    </dl>
  );
}

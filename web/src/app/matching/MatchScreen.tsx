import { useEffect, useState } from "react";
import { Link } from "wouter";
import { useSangha } from "../../sangha/context";
import { Banner } from "../../sangha/ui/Banner";
import { Skeleton } from "../../sangha/ui/Skeleton";
import { Broken } from "../feedback/Broken";
import { FormPart } from "./FormPart";
import styles from "./Matching.module.css";
import { useMatch } from "./matching";
import { problemWords } from "./matchWords";
import { Talk } from "./Talk";
import { Waiting } from "./Waiting";
import { asDraft, rememberedWishes, type WishDraft } from "./wishes";

/** Meet somebody: what one wishes, waiting, the match. */
export default function MatchScreen() {
  const { userId } = useSangha();
  const { matching } = useMatch();
  const [changing, setChanging] = useState<WishDraft | null>(null);
  const [blocked, setBlocked] = useState<string | null>(null);
  useEffect(() => {
    if (matching.state === "waiting") setBlocked(null); // read by then
  }, [matching.state]);
  // Who is matched meanwhile and waits again sees that, and why.
  if (changing !== null && matching.state !== "waiting") setChanging(null);
  if (matching.state === "unknown") {
    return matching.problem === null ? (
      <Skeleton lines={6} label="Asking whether you are in line" />
    ) : (
      <Broken title="Meeting people isn’t possible right now" onRetry={matching.refresh}>
        {problemWords(matching.problem)} It is asked again by itself. A call that you are in goes
        on.
      </Broken>
    );
  }
  return (
    <div className={styles.page}>
      {matching.state === "matched" && (
        <Talk
          key={matching.match.id}
          match={matching.match}
          clockAheadMs={matching.clockAheadMs}
          onBlocked={setBlocked}
        />
      )}
      {matching.state === "waiting" && changing === null && (
        <Waiting
          waiting={matching}
          onChange={(interests) => setChanging({ ...asDraft(matching), interests })}
        />
      )}
      {matching.state === "waiting" && changing !== null && (
        <FormPart initial={() => changing} onClose={() => setChanging(null)} />
      )}
      {matching.state === "none" && blocked !== null && (
        <Banner action={<Link href="/blocks">Blocked people</Link>}>
          <bdi>{blocked}</bdi> is blocked, and you have left the match.
        </Banner>
      )}
      {matching.state === "none" && <FormPart initial={() => rememberedWishes(userId)} />}
    </div>
  );
}

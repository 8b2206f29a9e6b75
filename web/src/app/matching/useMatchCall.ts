import { useCallback, useEffect, useRef } from "react";
import { useSangha } from "../../sangha/context";
import type { Matching } from "../../sangha/matching/useMatching";
import { useCall } from "../voice/call";
import { namesOf, othersIn } from "./matchWords";
import { claimMatches, joinsMatches } from "./tab";

/** The call of a match: who is matched is in it, who hangs up has left the match, and the reverse. */
export function useMatchCall(matching: Matching) {
  const { userId } = useSangha();
  const { state, join: joinCall, leave: leaveCall } = useCall();
  const { leave } = matching;
  const match = matching.state === "matched" ? matching.match : null;
  const matchId = match?.id ?? null;
  const name = match === null ? "" : namesOf(othersIn(match, userId));
  const isKnown = matching.state !== "unknown";
  const target = state.phase === "idle" ? null : state.target;
  const callMatchId = target?.kind === "match" ? target.matchId : null;
  const isUnderWay = callMatchId !== null && state.phase !== "failed";

  const join = useCallback(() => {
    if (matchId === null) return;
    claimMatches(userId);
    joinCall({ kind: "match", matchId, name });
  }, [matchId, name, joinCall, userId]);

  // Before the next match is joined, which may be there in the same moment.
  useEffect(() => {
    if (isKnown && callMatchId !== null && callMatchId !== matchId) leaveCall();
  }, [isKnown, callMatchId, matchId, leaveCall]);

  // Who has pressed “Find somebody” is connected at once, in the tab in which that was.
  const joined = useRef<string | null>(null);
  useEffect(() => {
    if (matchId === null || joined.current === matchId) return;
    joined.current = matchId;
    if (joinsMatches(userId)) join();
  }, [matchId, join, userId]);

  // Hanging up, or joining another call, leaves nobody waiting for one who won't come back.
  const before = useRef<string | null>(null);
  useEffect(() => {
    const hungUp = before.current !== null && callMatchId === null ? before.current : null;
    before.current = isUnderWay ? callMatchId : null;
    if (hungUp !== null && hungUp === matchId) leave();
  }, [isUnderWay, callMatchId, matchId, leave]);

  return { matchId: callMatchId, join };
}

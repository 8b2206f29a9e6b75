import { createContext, type ReactNode, useContext, useMemo } from "react";
import { useRoute } from "wouter";
import { useSangha } from "../../sangha/context";
import { type Matching, useMatching } from "../../sangha/matching/useMatching";
import { useCall } from "../voice/call";
import { MatchNotice } from "./MatchNotice";
import { claimMatches } from "./tab";
import { useMatchCall } from "./useMatchCall";
import { useMatchNews } from "./useMatchNews";
import { useUnseen } from "./useUnseen";
import { asWishes, rememberedWishes, rememberWishes, type WishDraft } from "./wishes";

/** Meeting somebody, wherever on the page one is. */
export interface Match {
  matching: Matching;
  /** Looks for somebody, or changes what is wished; this tab then joins the call. */
  find: (wishes: WishDraft) => void;
  /** Stops looking, or leaves the match and its call. */
  leave: () => void;
  /** Leaves, and looks for somebody else by the same wishes. */
  meetAnother: () => void;
  /** Joins the match's call in this tab, where it isn't or isn't any more. */
  talkHere: () => void;
}

const Context = createContext<Match | null>(null);

/** Keeps looking, and joins and leaves the calls of matches, for as long as somebody is signed in. */
export function MatchingProvider({ children }: { children: ReactNode }) {
  const { userId } = useSangha();
  const matching = useMatching();
  const { leave: leaveCall, warm } = useCall();
  const talk = useMatchCall(matching);
  const [isShown] = useRoute("/match");
  const isUnseen = useUnseen(matching, isShown);
  useMatchNews(matching, isShown);
  const { join, leave } = matching;
  const actions = useMemo(() => {
    const find = (wishes: WishDraft) => {
      claimMatches(userId);
      rememberWishes(userId, wishes);
      warm();
      join(asWishes(wishes));
    };
    const leaveBoth = (matchId: string | null) => {
      if (matchId !== null) leaveCall(); // nobody is heard while the API is asked
      leave();
    };
    return { find, leaveBoth };
  }, [userId, join, leave, leaveCall, warm]);
  const callMatchId = talk.matchId;
  const match = useMemo<Match>(
    () => ({
      matching,
      find: actions.find,
      leave: () => actions.leaveBoth(callMatchId),
      meetAnother: () => {
        actions.leaveBoth(callMatchId);
        actions.find(rememberedWishes(userId));
      },
      talkHere: talk.join,
    }),
    [matching, actions, callMatchId, talk.join, userId],
  );
  return (
    <Context value={match}>
      {children}
      {!isShown && isUnseen && <MatchNotice />}
    </Context>
  );
}

export function useMatch(): Match {
  const match = useContext(Context);
  if (match === null) throw new Error("useMatch is called outside of a MatchingProvider");
  return match;
}

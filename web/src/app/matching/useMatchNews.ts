import { useEffect, useRef } from "react";
import { useSangha } from "../../sangha/context";
import type { Matching } from "../../sangha/matching/useMatching";
import { useAnnounce } from "../../sangha/ui/Announcer";
import { useToasts } from "../feedback/toasts";
import { endingWords, lastWords, namesOf, othersIn } from "./matchWords";

/** Returns what is worth saying aloud of a change. */
function newsOf(before: Matching, now: Matching, userId: string): string[] {
  if (now.state === "unknown" || before.state === "unknown") return [];
  if (now.state === "none") {
    return now.ending !== null && now.ending !== before.ending ? [endingWords(now.ending)] : [];
  }
  if (now.state === "waiting") {
    if (before.state === "matched" && now.last !== undefined) return [lastWords(now.last)];
    return before.state === "none" ? ["You are in line."] : [];
  }
  const others = othersIn(now.match, userId);
  if (before.state !== "matched" || before.match.id !== now.match.id) {
    return [`You are matched with ${namesOf(others)}.`];
  }
  if (before.match.started_at === null) {
    return now.match.started_at === null ? [] : ["Everybody is here."];
  }
  const wasHere = new Set(before.match.members.filter(({ here }) => here).map((m) => m.user_id));
  const came = others.filter((member) => member.here && !wasHere.has(member.user_id));
  const went = others.filter((member) => !member.here && wasHere.has(member.user_id));
  return [
    ...(came.length > 0 ? [`${namesOf(came)} came back.`] : []),
    ...(went.length > 0 ? [`${namesOf(went)} left the call.`] : []),
  ];
}

/** Says what happens: aloud, and as a notice where its screen isn't shown. */
export function useMatchNews(matching: Matching, isShown: boolean): void {
  const { userId } = useSangha();
  const announce = useAnnounce();
  const { tell } = useToasts();
  const before = useRef(matching);
  useEffect(() => {
    if (before.current === matching) return;
    const news = newsOf(before.current, matching, userId);
    before.current = matching;
    // A match has a notice of its own; what screen readers hear of a toast is the toast.
    const isToast = !isShown && matching.state !== "matched";
    for (const line of news) (isToast ? tell : announce)(line);
  }, [matching, isShown, userId, announce, tell]);
}

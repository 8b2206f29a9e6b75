import { useEffect, useState } from "react";
import type { Matching } from "../../sangha/matching/useMatching";

const MARK = "Matched! · ";

function unmarked(title: string): string {
  return title.startsWith(MARK) ? title.slice(MARK.length) : title;
}

/** Says whether a match hasn't been looked at yet; until it is, the title of the page tells. */
export function useUnseen(matching: Matching, isShown: boolean): boolean {
  const matchId = matching.state === "matched" ? matching.match.id : null;
  const [seen, setSeen] = useState<string | null>(null);
  useEffect(() => {
    if (matchId === null || !isShown) return;
    const look = () => document.visibilityState === "visible" && setSeen(matchId);
    look();
    document.addEventListener("visibilitychange", look);
    return () => document.removeEventListener("visibilitychange", look);
  }, [matchId, isShown]);
  const isUnseen = matchId !== null && seen !== matchId;
  useEffect(() => {
    const title = document.querySelector("title");
    if (!isUnseen || title === null) return;
    const mark = () => {
      if (!document.title.startsWith(MARK)) document.title = MARK + document.title;
    };
    mark();
    const screens = new MutationObserver(mark); // each names the page when it is shown
    screens.observe(title, { childList: true });
    return () => {
      screens.disconnect();
      document.title = unmarked(document.title);
    };
  }, [isUnseen]);
  return isUnseen;
}

import { useSyncExternalStore } from "react";

function media(query: string): () => boolean {
  const list = matchMedia(query);
  const follow = (tell: () => void) => {
    list.addEventListener("change", tell);
    return () => list.removeEventListener("change", tell);
  };
  return () => useSyncExternalStore(follow, () => list.matches);
}

/** Says whether there is room for one column only: then the side is a page of its own. */
export const useNarrow = media("(width < 760px)");

/** Says whether there is room for the members beside a channel. */
export const useWide = media("(width >= 1100px)");

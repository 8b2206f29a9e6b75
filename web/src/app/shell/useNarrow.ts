import { useSyncExternalStore } from "react";

const narrow = matchMedia("(width < 760px)");

function follow(tell: () => void): () => void {
  narrow.addEventListener("change", tell);
  return () => narrow.removeEventListener("change", tell);
}

/** Says whether there is room for one column only: then the side is a page of its own. */
export function useNarrow(): boolean {
  return useSyncExternalStore(follow, () => narrow.matches);
}

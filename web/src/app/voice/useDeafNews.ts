import { useEffect, useRef } from "react";
import { useAnnounce } from "../../sangha/ui/Announcer";

/** Says that one is deafened, and that one hears again, however that came. */
export function useDeafNews(deafened: boolean): void {
  const announce = useAnnounce();
  const last = useRef(deafened);
  useEffect(() => {
    if (last.current === deafened) return;
    last.current = deafened;
    announce(deafened ? "You are deafened" : "You hear the call again");
  }, [deafened, announce]);
}

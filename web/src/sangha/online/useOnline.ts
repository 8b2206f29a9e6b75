import { useCallback, useSyncExternalStore } from "react";
import { useSangha } from "../context";
import { NOBODY, onlineIn, watchOnline } from "./presence";

/**
 * Returns the ids of the users who are online in a room now, and makes its caller one of them for as
 * long as it is mounted. Ids are what their clients say: use them to mark members, and count no
 * others.
 */
export function useOnline(roomId: string | undefined): ReadonlySet<string> {
  const { supabase, userId } = useSangha();
  const subscribe = useCallback(
    (onChange: () => void) =>
      roomId === undefined ? () => {} : watchOnline(supabase, userId, roomId, onChange),
    [supabase, userId, roomId],
  );
  return useSyncExternalStore(subscribe, () =>
    roomId === undefined ? NOBODY : onlineIn(supabase, userId, roomId),
  );
}

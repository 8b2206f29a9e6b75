import { useInfiniteQuery } from "@tanstack/react-query";
import { ask } from "../../../sangha/api/client";
import type { Member } from "../../../sangha/api/types";
import { useSangha } from "../../../sangha/context";
import { keys, useMembers } from "../../queries";

const PAGE = 1000;

/**
 * Who has a role. What is known of all members is laid over the answer: pushes and writes change
 * that at once.
 */
export function useHolders(roomId: string, roleId: string) {
  const { api } = useSangha();
  const everybody = useMembers(roomId);
  const asked = useInfiniteQuery({
    // Below the members' key: what makes those be read again means these, too.
    queryKey: [...keys.members(roomId), "role", roleId],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) =>
      ask(
        api.GET("/api/rooms/{room_id}/members", {
          params: {
            path: { room_id: roomId },
            query: {
              role_id: roleId,
              limit: PAGE,
              ...(pageParam !== undefined && { after: pageParam }),
            },
          },
          signal,
        }),
      ),
    getNextPageParam: (page) => page.next ?? undefined,
  });
  const known = everybody.data?.pages.flatMap((page) => page.members) ?? [];
  const holders = new Map<string, Member>();
  for (const page of asked.data?.pages ?? []) {
    for (const member of page.members) holders.set(member.user_id, member);
  }
  for (const member of known) {
    if (member.roles.includes(roleId)) holders.set(member.user_id, member);
    else holders.delete(member.user_id);
  }
  return { asked, everybody, known, holders: [...holders.values()] };
}

import type { Member } from "../../../sangha/api/types";
import { useMembers } from "../../queries";

/**
 * Who has a role. What is known of all members is laid over the answer: pushes and writes change
 * that at once.
 */
export function useHolders(roomId: string, roleId: string) {
  const everybody = useMembers(roomId);
  const asked = useMembers(roomId, roleId);
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

import type { Member, WholeRoom } from "../../sangha/api/types";
import { standsAbove } from "../../sangha/standing";

/** Returns why one can't act on a member, whatever one may do; undefined where one can. */
export function whyNotOn({ me, roles }: WholeRoom, member: Member): string | undefined {
  if (member.owner) return "Nobody acts on the owner.";
  return standsAbove(me, member, roles) ? undefined : "Their highest role isn’t below yours.";
}

import type { Member, WholeRoom } from "../../sangha/api/types";
import { may } from "../../sangha/permissions";
import { whyNotOn } from "../community/rank";

const LACKS = {
  KICK_MEMBERS: "You don’t have the permission to kick members.",
  BAN_MEMBERS: "You don’t have the permission to ban members.",
} as const;

/** Why one may not kick or ban a member; undefined where one may. */
export function whyNotRemove(
  room: WholeRoom,
  member: Member,
  permission: keyof typeof LACKS,
): string | undefined {
  const { me } = room;
  if (member.user_id === me.user_id) return "This is you.";
  if (member.owner || may(me.permissions, permission)) return whyNotOn(room, member);
  return LACKS[permission];
}

/** Why one may not change any of a member's roles; undefined where one may change some. */
export function whyNotGive(room: WholeRoom, member: Member): string | undefined {
  const { me } = room;
  if (!may(me.permissions, "MANAGE_ROLES")) return "You don’t have the permission to give roles.";
  return member.user_id === me.user_id ? undefined : whyNotOn(room, member);
}

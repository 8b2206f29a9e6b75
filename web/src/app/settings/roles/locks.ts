import type { Member, Role, WholeRoom } from "../../../sangha/api/types";
import { may } from "../../../sangha/permissions";
import { highest } from "../../../sangha/standing";
import { whyNotOn } from "../../community/rank";
import { labelOf, lackedOf } from "./permissions";

const NOT_BELOW = "It isn’t below your highest role.";

export function isEveryone(role: Role): boolean {
  return role.position === 0;
}

/** Returns why nothing at all can be changed about the roles; undefined where something can. */
export function whyNoRoles({ me, roles }: WholeRoom): string | undefined {
  if (!may(me.permissions, "MANAGE_ROLES")) {
    return `You can look at the roles, but not change them: you don’t have the permission “${labelOf("MANAGE_ROLES")}”.`;
  }
  if (highest(me, roles) === 0) {
    return "You can look at the roles, but not change them: none stands below you, as you have none yourself.";
  }
  return undefined;
}

/** Returns why a role can't be changed, moved or deleted by who is signed in. */
export function whyLocked(room: WholeRoom, role: Role): string | undefined {
  const none = whyNoRoles(room);
  if (none !== undefined) return none;
  return role.position >= highest(room.me, room.roles) ? NOT_BELOW : undefined;
}

/** Returns why who is signed in can't give a member a role, or take it away. */
export function whyNotFor(
  room: WholeRoom,
  role: Role,
  member: Member,
  gives: boolean,
): string | undefined {
  const locked = whyLocked(room, role);
  if (locked !== undefined) return locked;
  const isMe = member.user_id === room.me.user_id;
  if (member.owner && !isMe) return "They own the community: nobody changes the owner’s roles.";
  const above = isMe ? undefined : whyNotOn(room, member);
  if (above !== undefined) return above;
  const [lacked] = gives ? lackedOf(role.permissions, room.me) : [];
  if (lacked !== undefined) {
    return `The role has “${labelOf(lacked)}”, which you don’t have yourself.`;
  }
  return undefined;
}

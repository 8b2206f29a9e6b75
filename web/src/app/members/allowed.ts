import type { Member, Role, WholeRoom } from "../../sangha/api/types";
import { may, PERMISSIONS, type PermissionName } from "../../sangha/permissions";
import { highest, standsAbove } from "../../sangha/standing";

/** What is told where a permission lacks; the permission's name as the settings of roles have it. */
const LACKS: Partial<Record<PermissionName, string>> = {
  KICK_MEMBERS: "You don’t have the permission to kick members.",
  BAN_MEMBERS: "You don’t have the permission to ban members.",
  MANAGE_ROLES: "You don’t have the permission to give roles.",
};

/** Why one may not kick or ban a member; undefined where one may. */
export function whyNotRemove(
  { me, roles }: WholeRoom,
  member: Member,
  permission: "KICK_MEMBERS" | "BAN_MEMBERS",
): string | undefined {
  if (member.user_id === me.user_id) return "This is you.";
  if (member.owner) return "Nobody acts on the owner.";
  if (!may(me.permissions, permission)) return LACKS[permission];
  return standsAbove(me, member, roles) ? undefined : "Their highest role isn’t below yours.";
}

/** Why one may not change any of a member's roles; undefined where one may change some. */
export function whyNotGive({ me, roles }: WholeRoom, member: Member): string | undefined {
  if (!may(me.permissions, "MANAGE_ROLES")) return LACKS.MANAGE_ROLES;
  if (member.user_id === me.user_id || standsAbove(me, member, roles)) return undefined;
  return member.owner ? "Nobody acts on the owner." : "Their highest role isn’t below yours.";
}

/** Why one may not give or take this role; undefined where one may. */
export function whyLocked({ me, roles }: WholeRoom, role: Role, held: boolean): string | undefined {
  if (role.position >= highest(me, roles)) return "This role isn’t below your highest one.";
  const mine = BigInt(me.permissions);
  const isAll = (mine & PERMISSIONS.ADMINISTRATOR) !== 0n;
  const lacking = BigInt(role.permissions) & ~mine;
  if (held || isAll || lacking === 0n) return undefined;
  return "It gives permissions that you don’t have yourself.";
}

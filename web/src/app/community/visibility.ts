import type { Channel, Overwrite, Role, WholeRoom } from "../../sangha/api/types";
import { may, PERMISSIONS } from "../../sangha/permissions";
import { highest } from "../../sangha/standing";

const { VIEW_CHANNEL } = PERMISSIONS;

type Overwrites = readonly Overwrite[];

const overwriteOf = (overwrites: Overwrites, roleId: string) =>
  overwrites.find((overwrite) => overwrite.role_id === roleId);

/** The role that everybody has: its id is the community's own. */
function everyoneOf({ room, roles }: Pick<WholeRoom, "room" | "roles">): Role {
  const found = roles.find((role) => role.id === room.id);
  if (found === undefined) throw new Error("a community has no @everyone");
  return found;
}

/** Whether who has this role and no other sees a channel; of @everyone, who has no role. */
function sees(role: Role, everyone: Role, overwrites: Overwrites): boolean {
  if (may(role.permissions, "ADMINISTRATOR") || may(everyone.permissions, "ADMINISTRATOR"))
    return true;
  let held = BigInt(everyone.permissions) | BigInt(role.permissions);
  const one = role.id === everyone.id ? [everyone] : [everyone, role];
  for (const { id } of one) {
    const overwrite = overwriteOf(overwrites, id);
    if (overwrite === undefined) continue;
    held = (held & ~BigInt(overwrite.deny)) | BigInt(overwrite.allow);
  }
  return (held & VIEW_CHANNEL) !== 0n;
}

export interface Visibility {
  /** Whether members without any role see it. */
  everyone: boolean;
  /** The roles, the highest first, whose holders see it where not everybody does. */
  roles: Role[];
}

/** Returns who sees a channel with these overwrites; the owner always does. */
export function visibilityOf(
  room: Pick<WholeRoom, "room" | "roles">,
  overwrites: Overwrites,
): Visibility {
  const everyone = everyoneOf(room);
  const others = room.roles.filter((role) => role !== everyone);
  return {
    everyone: sees(everyone, everyone, overwrites),
    roles: others.filter((role) => sees(role, everyone, overwrites)),
  };
}

/** One overwrite with VIEW_CHANNEL allowed, denied, or left to the roles. */
function withView(
  overwrites: Overwrites,
  roleId: string,
  view: "allow" | "deny" | "inherit",
): Overwrite {
  const { allow = "0", deny = "0" } = overwriteOf(overwrites, roleId) ?? {};
  const others = (bits: string) => BigInt(bits) & ~VIEW_CHANNEL;
  const bit = (is: boolean) => (is ? VIEW_CHANNEL : 0n);
  return {
    role_id: roleId,
    allow: String(others(allow) | bit(view === "allow")),
    deny: String(others(deny) | bit(view === "deny")),
  };
}

/**
 * Returns the overwrites by which a channel is seen by these roles alone, or by everybody (null).
 * What else the overwrites say stays, and so do those of roles that nothing changes for.
 */
export function overwritesFor(
  room: Pick<WholeRoom, "room" | "roles">,
  overwrites: Overwrites,
  roleIds: ReadonlySet<string> | null,
): Overwrite[] {
  const everyone = everyoneOf(room);
  const inherits = (BigInt(everyone.permissions) & VIEW_CHANNEL) !== 0n;
  const forAll = roleIds !== null ? "deny" : inherits ? "inherit" : "allow";
  const changed = room.roles.map((role) => {
    if (role === everyone) return withView(overwrites, role.id, forAll);
    if (may(role.permissions, "ADMINISTRATOR")) return overwriteOf(overwrites, role.id);
    const wanted = roleIds?.has(role.id) ? "allow" : "inherit";
    return withView(overwrites, role.id, wanted);
  });
  return changed.filter(
    (overwrite): overwrite is Overwrite =>
      overwrite !== undefined && (overwrite.allow !== "0" || overwrite.deny !== "0"),
  );
}

/** Why one may not say who sees a channel; undefined where one may. */
export function whyNotHide({ me }: WholeRoom): string | undefined {
  return may(me.permissions, "MANAGE_ROLES")
    ? undefined
    : "You don’t have the permission to manage roles, which decide who sees a channel.";
}

/** Why one may not choose this role for a channel; undefined where one may. */
export function whyNotRole({ me, roles }: WholeRoom, role: Role): string | undefined {
  if (may(role.permissions, "ADMINISTRATOR")) return "Administrators see every channel.";
  return role.position > highest(me, roles) ? "This role is above your highest one." : undefined;
}

/** Whether one would still see a channel that these roles alone see. */
export function wouldSee({ me, roles }: WholeRoom, roleIds: ReadonlySet<string>): boolean {
  if (me.owner || may(me.permissions, "ADMINISTRATOR")) return true;
  return roles.some((role) => me.roles.includes(role.id) && roleIds.has(role.id));
}

/** The roles that a channel's overwrites let in by name. */
export function letIn(channel: Channel | undefined): Set<string> {
  const allowed = channel?.overwrites.filter(({ allow }) => (BigInt(allow) & VIEW_CHANNEL) !== 0n);
  return new Set(allowed?.map((overwrite) => overwrite.role_id));
}

import type { Member, Role } from "./api/types";

const ABOVE_ALL = Number.POSITIVE_INFINITY;

/** Returns the position of somebody's highest role: the owner's is above all, 0 has no role. */
export function highest(member: Pick<Member, "owner" | "roles">, roles: readonly Role[]): number {
  if (member.owner) return ABOVE_ALL;
  const held = new Set(member.roles);
  return Math.max(0, ...roles.filter((role) => held.has(role.id)).map((role) => role.position));
}

/** Says whether one member stands above another, as acting on them needs: strictly. */
export function standsAbove(
  one: Pick<Member, "owner" | "roles">,
  other: Pick<Member, "owner" | "roles">,
  roles: readonly Role[],
): boolean {
  return !other.owner && highest(one, roles) > highest(other, roles);
}

import type { Badge, Member, Role, WholeRoom } from "../../sangha/api/types";

const CROWN: Badge = { icon: "crown", label: "Owner", color: null, role_id: null };

/**
 * Returns members as a community's roles of now make them: the roles that they still have, the
 * highest first, their badges and colour. So a change of roles needs no member read again.
 */
export function withRolesOfNow(
  members: readonly Member[],
  { room, roles }: Pick<WholeRoom, "room" | "roles">,
): Member[] {
  const byId = new Map(roles.map((role) => [role.id, role]));
  return members.map((member) => {
    const held = member.roles
      .map((id) => byId.get(id))
      .filter((role): role is Role => role !== undefined)
      .sort((one, other) => other.position - one.position);
    const owner = member.user_id === room.owner_id;
    const badges = held.flatMap(({ id, icon, name, color }) =>
      icon === null ? [] : [{ icon, label: name, color, role_id: id }],
    );
    return {
      ...member,
      owner,
      roles: held.map((role) => role.id),
      badges: owner ? [CROWN, ...badges] : badges,
      color: held.find((role) => role.color !== null)?.color ?? null,
    };
  });
}

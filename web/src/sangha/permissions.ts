/** What a member may do: bits with Discord's values, which travel as decimal texts. */
export const PERMISSIONS = {
  CREATE_INVITE: 1n,
  KICK_MEMBERS: 2n,
  BAN_MEMBERS: 4n,
  ADMINISTRATOR: 8n,
  MANAGE_CHANNELS: 16n,
  MANAGE_ROOM: 32n,
  STREAM: 512n,
  VIEW_CHANNEL: 1024n,
  CONNECT: 1048576n,
  SPEAK: 2097152n,
  MUTE_MEMBERS: 4194304n,
  MOVE_MEMBERS: 16777216n,
  MANAGE_ROLES: 268435456n,
} as const;

export type PermissionName = keyof typeof PERMISSIONS;

/** Says whether permissions (decimal text) have one in them. ADMINISTRATOR has all. */
export function may(permissions: string, name: PermissionName): boolean {
  const bits = BigInt(permissions);
  return (bits & PERMISSIONS.ADMINISTRATOR) !== 0n || (bits & PERMISSIONS[name]) !== 0n;
}

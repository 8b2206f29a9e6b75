import type { WholeRoom } from "../../../sangha/api/types";
import { may, PERMISSIONS, type PermissionName } from "../../../sangha/permissions";

/** A permission in words for people. */
export interface PermissionText {
  name: PermissionName;
  label: string;
  /** What it lets people do, in a sentence. */
  hint: string;
}

export interface PermissionGroup {
  title: string;
  permissions: readonly PermissionText[];
}

/** All permissions, by what they are about. */
export const PERMISSION_GROUPS: readonly PermissionGroup[] = [
  {
    title: "Community",
    permissions: [
      {
        name: "VIEW_CHANNEL",
        label: "See channels",
        hint: "See the channels, and who is in them. Without it nothing can be done in a channel.",
      },
      {
        name: "MANAGE_CHANNELS",
        label: "Manage channels",
        hint: "Make, rename, order and delete channels.",
      },
      {
        name: "MANAGE_ROLES",
        label: "Manage roles",
        hint: "Make, change, order and give roles below their own highest, and decide who may do what in a channel.",
      },
      {
        name: "MANAGE_ROOM",
        label: "Manage the community",
        hint: "Rename the community, make it public, and see and take back all invitations.",
      },
      {
        name: "ADMINISTRATOR",
        label: "Administrator",
        hint: "Do everything in every channel, whatever is denied there. Give it to few.",
      },
    ],
  },
  {
    title: "Members",
    permissions: [
      {
        name: "CREATE_INVITE",
        label: "Invite people",
        hint: "Make invitations to this community.",
      },
      {
        name: "KICK_MEMBERS",
        label: "Kick members",
        hint: "Put members below them out. They can come back with an invitation.",
      },
      {
        name: "BAN_MEMBERS",
        label: "Ban members",
        hint: "Put people out for good, see who is banned, and lift bans.",
      },
    ],
  },
  {
    title: "Voice",
    permissions: [
      { name: "CONNECT", label: "Join voice", hint: "Join voice channels, and listen there." },
      { name: "SPEAK", label: "Speak", hint: "Be heard in voice channels." },
      {
        name: "STREAM",
        label: "Share video",
        hint: "Share the camera and the screen. Who may not speak may not share either.",
      },
      {
        name: "MUTE_MEMBERS",
        label: "Mute members",
        hint: "Mute and unmute members below them in voice.",
      },
      {
        name: "MOVE_MEMBERS",
        label: "Move members",
        hint: "Take members below them out of a voice channel, or move them to another.",
      },
    ],
  },
];

/** Returns what a permission is called. */
export function labelOf(name: PermissionName): string {
  const all = PERMISSION_GROUPS.flatMap((group) => group.permissions);
  return all.find((text) => text.name === name)?.label ?? name;
}

/** Says whether permissions (decimal text) name one; unlike `may`, ADMINISTRATOR names itself alone. */
export function names(permissions: string, name: PermissionName): boolean {
  return (BigInt(permissions) & PERMISSIONS[name]) !== 0n;
}

/** Returns permissions (decimal text) with some of them given or taken. */
export function withPermissions(
  permissions: string,
  wanted: Readonly<Partial<Record<PermissionName, boolean>>>,
): string {
  let bits = BigInt(permissions);
  for (const [name, on] of Object.entries(wanted) as [PermissionName, boolean][]) {
    bits = on ? bits | PERMISSIONS[name] : bits & ~PERMISSIONS[name];
  }
  return bits.toString();
}

/** Returns those of some permissions (decimal text) that somebody may not give: they lack them. */
export function lackedOf(permissions: string, me: WholeRoom["me"]): PermissionName[] {
  return (Object.keys(PERMISSIONS) as PermissionName[]).filter(
    (name) => names(permissions, name) && !may(me.permissions, name),
  );
}

import type { Channel, Participant } from "../sangha/api/types";

const LOUNGE = "00000000-0000-4000-8000-000000000012";
const ALL = "292554247";
const NO_CONNECT = "1024";

/** A voice channel. */
export function channel(name: string, changes: Partial<Channel> = {}): Channel {
  return {
    id: LOUNGE,
    name,
    kind: "voice",
    position: 1,
    private: false,
    overwrites: [],
    permissions: ALL,
    ...changes,
  };
}

/** A voice channel that one may see, not join. */
export function closed(name: string): Channel {
  return channel(name, { private: true, permissions: NO_CONNECT });
}

let made = 0;

/** Somebody in a call; `attributes` as LiveKit carries them. */
export function participant(
  name: string,
  attributes: Record<string, string> = {},
  changes: Partial<Participant> = {},
): Participant {
  made += 1;
  return {
    sid: `PA_${made}`,
    identity: `00000000-0000-4000-8000-0000000${(10_000 + made).toString()}`,
    name,
    joined_at: 1_760_000_000_000 + made,
    kind: "standard",
    attributes,
    ...changes,
  };
}

export const CROWN = { icon: "crown", label: "Owner", color: null };
export const GAVEL = { icon: "gavel", label: "Moderator", color: "#2ecc71" };
export const STAR = { icon: "star", label: "Regular", color: "#f1c40f" };
export const ON_AIR = { icon: "🎙️", label: "On air", color: null };

/** Attributes of somebody with badges and a colour. */
export function worn(badges: readonly unknown[], color?: string): Record<string, string> {
  return { badges: JSON.stringify(badges), ...(color !== undefined && { color }) };
}

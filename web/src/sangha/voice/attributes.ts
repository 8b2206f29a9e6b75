import type { Badge, Participant } from "../api/types";
import { may } from "../permissions";

type SpeakerBadge = Pick<Badge, "icon" | "label" | "color">;

/** Somebody in a voice channel, as they are shown. */
export interface Speaker {
  /** LiveKit's id of this stay: another one each time they come. */
  sid: string;
  /** The user id, for who came in with a token of the API. */
  identity: string;
  name: string;
  /** Milliseconds since the epoch. */
  joinedAt: number;
  isAgent: boolean;
  /** The owner's crown first. */
  badges: readonly SpeakerBadge[];
  /** Of the name: `#rrggbb`, or null. */
  color: string | null;
  /** By a moderator: they can't unmute themselves. */
  muted: boolean;
  /** Whether they may speak here; true where nothing is said of it. */
  maySpeak: boolean;
  owner: boolean;
}

const MOST_BADGES = 8; // what a token carries
const LONGEST_ICON = 40; // UTF-16 units
const LONGEST_LABEL = 100;
const COLOR = /^#[0-9a-f]{6}$/i;
const DECIMAL = /^[0-9]{1,19}$/;

function colorOf(value: unknown): string | null {
  return typeof value === "string" && COLOR.test(value) ? value : null;
}

function badgeOf(value: unknown): SpeakerBadge | null {
  if (typeof value !== "object" || value === null) return null;
  const { icon, label, color } = value as Record<string, unknown>;
  if (typeof icon !== "string" || icon === "" || icon.length > LONGEST_ICON) return null;
  if (typeof label !== "string") return null;
  return { icon, label: label.slice(0, LONGEST_LABEL), color: colorOf(color) };
}

/** Returns the badges of an attribute; none where it isn't what it should be. */
export function badgesOf(attribute: string | undefined): SpeakerBadge[] {
  if (attribute === undefined || attribute === "") return [];
  try {
    const list: unknown = JSON.parse(attribute);
    if (!Array.isArray(list)) return [];
    return list
      .slice(0, MOST_BADGES)
      .map(badgeOf)
      .filter((badge) => badge !== null);
  } catch {
    return [];
  }
}

const known = new WeakMap<Participant, Speaker>();

/**
 * Returns how a participant is shown. Attributes may be anything: what can't be understood is left
 * out. The same participant gives the same object, so rows drawn of it stay as they are.
 */
export function speakerOf(participant: Participant): Speaker {
  const before = known.get(participant);
  if (before !== undefined) return before;
  const { sid, identity, name, joined_at, kind } = participant;
  const attributes: Partial<Record<string, string>> = participant.attributes ?? {};
  const badges = badgesOf(attributes.badges);
  const { permissions } = attributes;
  const speaker: Speaker = {
    sid,
    identity,
    name: name || "Somebody",
    joinedAt: joined_at,
    isAgent: kind === "agent",
    badges,
    color: colorOf(attributes.color),
    muted: attributes.muted === "true",
    maySpeak: permissions === undefined || !DECIMAL.test(permissions) || may(permissions, "SPEAK"),
    owner: badges.some((badge) => badge.icon === "crown"),
  };
  known.set(participant, speaker);
  return speaker;
}

/** What is known of somebody beside presence: only of who is in one's own call. */
export interface Heard {
  speaking?: boolean | undefined;
  /** Muted by themselves. */
  silent?: boolean | undefined;
  isMe?: boolean | undefined;
  /** Muted by who is signed in, for themselves. */
  mutedForMe?: boolean | undefined;
}

/** Returns what screen readers say of somebody, such as `Ada, Owner, speaking`. */
export function describe(
  speaker: Speaker,
  { speaking, silent, isMe, mutedForMe }: Heard = {},
): string {
  const said = [speaker.name];
  if (isMe) said.push("you");
  if (speaker.isAgent) said.push("bot");
  said.push(...speaker.badges.map((badge) => badge.label));
  if (speaker.muted) said.push("muted by a moderator");
  else if (!speaker.maySpeak) said.push("listening only");
  else if (silent) said.push("muted");
  else if (speaking) said.push("speaking");
  if (mutedForMe) said.push("muted for you");
  return said.join(", ");
}

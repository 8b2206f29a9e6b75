import type { Participant, Presence, VoicePush } from "../api/types";
import { type Speaker, speakerOf } from "./attributes";

/**
 * Who is in the voice channels of a community, from answers and pushes that come late, twice, out
 * of order, or never: the rule of docs/presence.md. A stay (channel, SID) is absent, here or gone,
 * and only ever moves forward, so the order of joins and leaves doesn't matter.
 */
export interface VoiceState {
  readonly stays: ReadonlyMap<string, Stay>;
  readonly ended: ReadonlyMap<string, End>;
  /** Attributes since they were changed, of stays that are here or not heard of yet. */
  readonly changes: ReadonlyMap<string, Change>;
}

interface Stay {
  channelId: string;
  participant: Participant;
  /** When it was last said to be here. Times are milliseconds of this client's clock. */
  heardAt: number;
}

interface End {
  at: number;
  /** A left is final. An answer that lacks a stay is taken back by a later one that has it. */
  final: boolean;
}

interface Change {
  attributes: Participant["attributes"];
  heardAt: number;
}

/** Who is in one channel, in the order in which they came. */
export interface Here {
  participants: readonly Speaker[];
  agents: readonly Speaker[];
}

const REMEMBERED_MS = 15 * 60_000; // a push is refused by the API after less than 7 minutes
const MOST_REMEMBERED = 5000;
/** How old what an answer says may be: readers share it for a second; LiveKit's lists lag. */
const BEHIND_MS = { redis: 2_000, livekit: 30_000 } as const;

export const NOBODY: VoiceState = { stays: new Map(), ended: new Map(), changes: new Map() };

const place = (channelId: string, sid: string) => `${channelId}/${sid}`;

/** Drops what is older than can matter; both maps are in the order of time. */
function forget<T>(entries: Map<string, T>, time: (entry: T) => number, now: number): void {
  for (const [key, entry] of entries) {
    if (entries.size <= MOST_REMEMBERED && now - time(entry) < REMEMBERED_MS) return;
    entries.delete(key);
  }
}

function renewed<T>(entries: ReadonlyMap<string, T>, key: string, entry: T): Map<string, T> {
  const next = new Map(entries);
  next.delete(key); // so that it comes last
  return next.set(key, entry);
}

function without<T>(entries: ReadonlyMap<string, T>, key: string): ReadonlyMap<string, T> {
  if (!entries.has(key)) return entries;
  const next = new Map(entries);
  next.delete(key);
  return next;
}

function changed(participant: Participant, change: Change | undefined): Participant {
  return change === undefined ? participant : { ...participant, attributes: change.attributes };
}

/** Returns the state after a push; the same object where it says nothing new. */
export function apply(state: VoiceState, push: VoicePush, now: number): VoiceState {
  if (push.type === "finished") return state; // a reason to read again, no more
  const { channel_id: channelId, participant } = push;
  const key = place(channelId, participant.sid);
  const end = state.ended.get(key);
  if (push.type === "left") {
    if (end?.final) return state;
    const ended = renewed(state.ended, key, { at: now, final: true });
    forget(ended, (entry) => entry.at, now);
    return {
      stays: without(state.stays, key),
      ended,
      changes: without(state.changes, key),
    };
  }
  if (end !== undefined) return state;
  const stay = state.stays.get(key);
  if (push.type === "joined") {
    if (stay !== undefined) return state;
    const shown = changed(participant, state.changes.get(key));
    return {
      ...state,
      stays: new Map(state.stays).set(key, { channelId, participant: shown, heardAt: now }),
    };
  }
  const change = { attributes: participant.attributes, heardAt: now };
  const changes = renewed(state.changes, key, change);
  forget(changes, (entry) => entry.heardAt, now);
  if (stay === undefined) return { ...state, changes };
  const shown = { ...stay, participant: changed(stay.participant, change) };
  return { ...state, stays: new Map(state.stays).set(key, shown), changes };
}

/**
 * Says whether a push tells of somebody whom an answer lacked: an old one, or they are there after
 * all. Only another answer knows.
 */
export function isDoubtful(state: VoiceState, push: VoicePush): boolean {
  if (push.type !== "joined") return false;
  return state.ended.get(place(push.channel_id, push.participant.sid))?.final === false;
}

/** Says whether somebody is kept whom an answer lacks: it may have been made before they came. */
export function hasMoreThan(state: VoiceState, answer: Presence): boolean {
  const told = answer.channels.flatMap(({ channel_id: channelId, participants, agents }) =>
    [...participants, ...agents].map(({ sid }) => place(channelId, sid)),
  );
  const known = new Set(told);
  return [...state.stays.keys()].some((key) => !known.has(key));
}

/**
 * Returns the state after an answer of participants. What was heard by push since the answer may
 * have been made stands; of the rest, the answer is right.
 *
 * @param askedAt when the request was sent.
 */
export function load(
  state: VoiceState,
  answer: Presence,
  askedAt: number,
  now: number,
): VoiceState {
  const since = askedAt - BEHIND_MS[answer.source];
  const stays = new Map<string, Stay>();
  const ended = new Map(state.ended);
  const changes = new Map(state.changes);
  for (const { channel_id: channelId, participants, agents } of answer.channels) {
    for (const participant of [...participants, ...agents]) {
      const key = place(channelId, participant.sid);
      const end = ended.get(key);
      if (end !== undefined && (end.final || end.at >= askedAt)) continue;
      ended.delete(key);
      const change = changes.get(key);
      const isNewer = change !== undefined && change.heardAt >= since;
      if (!isNewer) changes.delete(key);
      const before = state.stays.get(key);
      stays.set(key, {
        channelId,
        participant: isSame(before?.participant, participant)
          ? (before?.participant ?? participant)
          : changed(participant, isNewer ? change : undefined),
        heardAt: Math.max(before?.heardAt ?? 0, askedAt),
      });
    }
  }
  for (const [key, stay] of state.stays) {
    if (stays.has(key)) continue;
    if (stay.heardAt >= since) stays.set(key, stay);
    else ended.set(key, { at: askedAt, final: false });
  }
  forget(ended, (entry) => entry.at, now);
  forget(changes, (entry) => entry.heardAt, now);
  return { stays, ended, changes };
}

function isSame(one: Participant | undefined, other: Participant): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** Returns who is where: of an identity's stays in a channel, the last to begin is the one. */
export function whoIsHere(state: VoiceState): ReadonlyMap<string, Here> {
  const current = new Map<string, Stay>();
  for (const stay of state.stays.values()) {
    const key = place(stay.channelId, stay.participant.identity);
    const other = current.get(key);
    if (other === undefined || order(other, stay) < 0) current.set(key, stay);
  }
  const here = new Map<string, { participants: Speaker[]; agents: Speaker[] }>();
  for (const stay of [...current.values()].sort(order)) {
    const channel = here.get(stay.channelId) ?? { participants: [], agents: [] };
    here.set(stay.channelId, channel);
    const speaker = speakerOf(stay.participant);
    channel[speaker.isAgent ? "agents" : "participants"].push(speaker);
  }
  return here;
}

function order(one: Stay, other: Stay): number {
  const { joined_at: first, sid: firstSid } = one.participant;
  const { joined_at: second, sid: secondSid } = other.participant;
  if (first !== second) return first - second;
  return firstSid < secondSid ? -1 : firstSid > secondSid ? 1 : 0;
}

import { Problem } from "../../sangha/api/problem";

/** What people are told of a refusal, by its stable code; the API's own texts are for developers. */
const WORDS: Readonly<Record<string, string>> = {
  unreachable: "Sangha can’t be reached. Check your connection.",
  timeout: "Sangha takes too long to answer.",
  supabase_unavailable: "Communities and permissions can’t be read or changed right now.",
  redis_unavailable: "Who is in voice can’t be read right now.",
  livekit_unavailable: "Voice can’t be reached right now.",
  realtime_unavailable: "Nobody could be told right now. Try again in a moment.",
  rate_limited: "That was a lot in a short time.",
  forbidden: "You may not do this.",
  missing_permission: "You don’t have the permission to do this.",
  role_too_high: "That role isn’t below your highest role.",
  member_too_high: "Their highest role isn’t below yours.",
  permission_not_yours: "You can only give permissions that you have yourself.",
  owner_only: "Only the owner can do this.",
  owner_must_stay: "The owner can’t leave: hand the community over first.",
  may_not_connect: "You can see this channel, but you may not join it.",
  banned: "You are banned from this community.",
  room_not_found: "This community doesn’t exist, or you are not a member.",
  channel_not_found: "This channel doesn’t exist any more, or you may not see it.",
  role_not_found: "This role doesn’t exist any more.",
  member_not_found: "They are no member any more.",
  invite_not_found: "This invitation doesn’t exist, has ended or was used up.",
  user_not_found: "There is nobody with this id.",
  version_mismatch:
    "Somebody else has changed this meanwhile. Look at it again, then repeat your change.",
  name_invalid: "A name has 1 to 100 characters, without invisible ones.",
  icon_invalid: "Choose one of the icons, or a single emoji.",
  icon_reserved: "The crown is the owner’s.",
  color_invalid: "A colour is # and six digits or letters from a to f.",
  role_in_use: "Members have this role.",
  channel_in_use: "People are in this channel.",
  roles_full: "A community has 250 roles at most.",
  rooms_full: "You are in 100 communities, and more is not possible.",
  channels_full: "A community has 500 channels at most.",
  invites_full: "There are too many invitations: take one back first.",
  blocks_full: "You have blocked 1,000 people, and more is not possible.",
  locks_you_out: "That would hide the channel from yourself.",
  interests_invalid: "Up to 10 interests, of 1 to 32 characters each.",
  confirm_needed: "The name isn’t the same.",
};

/** Returns what people are told of an error. */
export function wordsOf(error: unknown): string {
  if (error instanceof Problem) {
    const words = WORDS[error.code];
    if (words !== undefined) return words;
    if (error.status === 401) return "You are signed out: sign in again.";
    if (error.isAway) return "Something is wrong on our side. Try again in a moment.";
  }
  return "That didn’t work.";
}

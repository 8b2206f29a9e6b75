import type { Problem } from "../../sangha/api/problem";
import type { MatchStatus } from "../../sangha/api/types";
import type { Ending } from "../../sangha/matching/useMatching";
import { quoted } from "../community/quoted";
import { wordsOf } from "../feedback/words";

type Match = Extract<MatchStatus, { state: "matched" }>["match"];
type Last = NonNullable<Extract<MatchStatus, { state: "waiting" }>["last"]>;
type Person = Match["members"][number];

const MOST_NAMES = 3;
const list = new Intl.ListFormat("en", { type: "conjunction" });
const ordinal = new Intl.PluralRules("en", { type: "ordinal" });
const ENDS: Readonly<Record<string, string>> = { one: "st", two: "nd", few: "rd" };

/** Returns everybody in a match but oneself. */
export function othersIn(match: Match, userId: string): Person[] {
  return match.members.filter((member) => member.user_id !== userId);
}

/** Returns names as part of a sentence: “Ada and Grace”. */
export function namesOf(people: readonly Pick<Person, "name">[]): string {
  const names = people.slice(0, MOST_NAMES).map(({ name }) => quoted(name));
  const more = people.length - MOST_NAMES;
  return list.format(more > 0 ? [...names, `${more} more`] : names);
}

/** Returns a place in the line as words. */
export function placeWords(place: number | null): string {
  if (place === null) return "More than 1,000 are in line before you";
  if (place === 1) return "First in line";
  return `${place}${ENDS[ordinal.select(place)] ?? "th"} in line`;
}

/** Returns how long it may take, in seconds, as words. */
export function estimateWords(seconds: number | undefined): string {
  if (seconds === undefined) return "No estimate yet";
  if (seconds < 90) return `About ${Math.max(5, Math.ceil(seconds / 5) * 5)} s more`;
  return `About ${Math.round(seconds / 60)} min more`;
}

/** Returns a span of time as a clock shows it. */
export function clockWords(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const minutes = Math.floor(seconds / 60);
  const rest = String(seconds % 60).padStart(2, "0");
  if (minutes < 60) return `${minutes}:${rest}`;
  return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}:${rest}`;
}

/** Returns why one waits again. */
export function lastWords({ reason }: Last): string {
  return reason === "not_everyone_came"
    ? "Not everyone came. You keep your place."
    : "Somebody left before it began. You keep your place.";
}

const ENDINGS: Readonly<Record<Ending["reason"], string>> = {
  everyone_left: "Everybody else has left, so the match is over.",
  over: "The match is over.",
  not_everyone_came:
    "You weren’t in the call within 30 seconds, so the match came to nothing for you.",
  somebody_left: "The match came to nothing: somebody left before it began.",
  forgotten: "The connection was away for too long, and your place in the line with it.",
  gone: "You are no longer in line. It was stopped elsewhere, or you may not talk in that community any more.",
};

/** Returns why one is neither waiting nor matched any more. */
export function endingWords({ reason }: Ending): string {
  return ENDINGS[reason];
}

const PROBLEMS: Readonly<Record<string, string>> = {
  supabase_unavailable: "Nobody can be looked for right now.",
  missing_permission:
    "You may not talk in this community right now: you are muted there, or lack the permission.",
  room_not_found: "You are no member of this community any more.",
  languages_invalid: "Up to 5 languages.",
};

/** Returns what people are told of a problem of matching. */
export function problemWords(problem: Problem): string {
  return PROBLEMS[problem.code] ?? wordsOf(problem);
}

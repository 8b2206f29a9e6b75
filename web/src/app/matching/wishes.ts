import type { Wishes } from "../../sangha/matching/useMatching";
import { remember, stored } from "../stored";

/** With whom somebody wishes to talk, complete, as the form has it. */
export interface WishDraft {
  interests: readonly string[];
  /** Oneself included. */
  groupSize: number;
  languages: readonly string[];
  /** Whether people without a common interest are fine after 20 s. */
  strangers: boolean;
  /** The community in which to look; null for everybody. */
  roomId: string | null;
}

/** How many languages one may name. */
export const MOST_LANGUAGES = 5;
export const SIZES = [2, 3, 4, 5, 6, 7, 8] as const;

function keyOf(userId: string): string {
  return `sangha.wishes.${userId}`;
}

/** Returns what this person wished last in this browser, or what is usual. */
export function rememberedWishes(userId: string): WishDraft {
  const { interests, groupSize, languages, strangers, roomId } = wishedBefore(userId);
  return {
    interests: texts(interests) ?? [],
    groupSize: SIZES.find((size) => size === groupSize) ?? 2,
    languages: texts(languages) ?? nativeLanguages(),
    strangers: strangers !== false,
    roomId: typeof roomId === "string" ? roomId : null,
  };
}

/** What this browser's user reads. The API looks at the first part of a tag only: `en-GB` is `en`. */
function nativeLanguages(): string[] {
  const tags = navigator.languages.map((tag) => (tag.split("-")[0] ?? tag).toLowerCase());
  return [...new Set(tags.filter((tag) => /^[a-z]{2,3}$/.test(tag)))].slice(0, MOST_LANGUAGES);
}

function wishedBefore(userId: string): Partial<Record<keyof WishDraft, unknown>> {
  try {
    return Object(JSON.parse(stored(keyOf(userId)) ?? "{}"));
  } catch {
    return {};
  }
}

function texts(value: unknown): string[] | null {
  if (!Array.isArray(value)) return null;
  return value.filter((item) => typeof item === "string");
}

/** Remembers wishes for the next time. */
export function rememberWishes(userId: string, wishes: WishDraft): void {
  remember(keyOf(userId), JSON.stringify(wishes));
}

/** Returns wishes as the API takes them. */
export function asWishes(draft: WishDraft): Wishes {
  return {
    interests: [...draft.interests],
    group_size: draft.groupSize,
    languages: [...draft.languages],
    strangers: draft.strangers,
    room_id: draft.roomId,
  };
}

/** Returns the wishes that somebody waits by, as the form has them. */
export function asDraft(waiting: Required<Omit<Wishes, "room_id">> & Wishes): WishDraft {
  return {
    interests: waiting.interests ?? [],
    groupSize: waiting.group_size,
    languages: waiting.languages ?? [],
    strangers: waiting.strangers,
    roomId: waiting.room_id ?? null,
  };
}

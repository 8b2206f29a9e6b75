export const MOST_INTERESTS = 10;
export const MOST_CHARACTERS = 32;

/** A paste of anything takes no longer than that. */
const MOST_READ = 2_000;
const UNSEEN = /[\p{Cc}\p{Cs}\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff]/gu;
const SEEN = /[^\p{C}\p{Z}\p{M}]/u;

/** What became of interests that were typed or pasted. */
export interface Added {
  interests: readonly string[];
  /** What isn't among them now, to be mended; empty where all are. */
  rest: string;
  /** Why there is a rest; null where there is none. */
  why: "full" | "long" | "unseen" | null;
}

/** Case doesn't count. */
function sameAs(interest: string) {
  const key = interest.toLowerCase();
  return (other: string) => other.toLowerCase() === key;
}

/** Returns interests, which the API tells in small letters, as they were typed if that is known. */
export function asWritten(interests: readonly string[], typed: readonly string[]): string[] {
  return interests.map((interest) => typed.find(sameAs(interest)) ?? interest);
}

/** Adds what is divided by commas or lines to interests; nothing is added twice. */
export function addInterests(known: readonly string[], text: string): Added {
  const interests = [...known];
  const rest: string[] = [];
  let why: Added["why"] = null;
  for (const part of text.slice(0, MOST_READ).split(/[,;\n\r\t、，]+/)) {
    const interest = part.normalize("NFC").replace(UNSEEN, "").replace(/\s+/g, " ").trim();
    const isUnseen = !SEEN.test(interest);
    if (part.trim() === "" || interests.some(sameAs(interest))) continue;
    const refusal = isUnseen
      ? "unseen"
      : [...interest].length > MOST_CHARACTERS
        ? "long"
        : interests.length >= MOST_INTERESTS
          ? "full"
          : null;
    if (refusal === null) interests.push(interest);
    else {
      rest.push(part.trim());
      why = refusal;
    }
  }
  return { interests, rest: rest.join(", "), why };
}

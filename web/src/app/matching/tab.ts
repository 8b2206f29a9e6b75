import { remember, stored } from "../stored";

/** Which of this browser's tabs talks: the one in which somebody was looked for last. */
const KEY = "sangha.match.tab";

function thisTab(): string {
  const known = stored(KEY, "sessionStorage");
  if (known !== null) return known;
  const made = crypto.randomUUID();
  remember(KEY, made, "sessionStorage");
  return made;
}

/** From now on this tab joins the matches of a person; it still does after a reload. */
export function claimMatches(userId: string): void {
  remember(`${KEY}.${userId}`, thisTab());
}

/** Says whether it is this tab that joins their matches. */
export function joinsMatches(userId: string): boolean {
  return stored(`${KEY}.${userId}`) === thisTab();
}

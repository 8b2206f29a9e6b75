/** Which of this browser's tabs talks: the one in which somebody was looked for last. */
const KEY = "sangha.match.tab";

function thisTab(): string {
  const known = sessionStorage.getItem(KEY);
  if (known !== null) return known;
  const made = crypto.randomUUID();
  sessionStorage.setItem(KEY, made);
  return made;
}

/** From now on this tab joins the matches of a person; it still does after a reload. */
export function claimMatches(userId: string): void {
  localStorage.setItem(`${KEY}.${userId}`, thisTab());
}

/** Says whether it is this tab that joins their matches. */
export function joinsMatches(userId: string): boolean {
  return localStorage.getItem(`${KEY}.${userId}`) === thisTab();
}

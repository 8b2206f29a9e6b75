type Store = "localStorage" | "sessionStorage";

/** What couldn't be stored: kept for as long as the page is open. */
const unstored = new Map<string, string>();

/** Returns what this browser remembers under a key; null for nothing, or where it may not. */
export function stored(key: string, store: Store = "localStorage"): string | null {
  try {
    return unstored.get(key) ?? window[store].getItem(key);
  } catch {
    return null; // site data is blocked
  }
}

/** Remembers something; for this page only where site data is blocked or there is no room left. */
export function remember(key: string, value: string, store: Store = "localStorage"): void {
  try {
    window[store].setItem(key, value);
    unstored.delete(key);
  } catch {
    unstored.set(key, value);
  }
}

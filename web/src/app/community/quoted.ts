/**
 * A name inside of a sentence without markup: whatever it is made of, it doesn't turn the direction
 * of the words around it (Unicode's first-strong isolate, and its end).
 */
export function quoted(name: string): string {
  return `\u2068${name}\u2069`;
}

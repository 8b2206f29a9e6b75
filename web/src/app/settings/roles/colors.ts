/** Colours that are told apart, and can be read on dark and light or nearly so. */
export const PALETTE: readonly { name: string; color: string }[] = [
  { name: "Red", color: "#d9534f" },
  { name: "Orange", color: "#d9822b" },
  { name: "Yellow", color: "#d4a72c" },
  { name: "Green", color: "#4caf6a" },
  { name: "Teal", color: "#2fa39a" },
  { name: "Sky", color: "#4a9fd8" },
  { name: "Blue", color: "#5b7fe0" },
  { name: "Violet", color: "#8f6fe0" },
  { name: "Magenta", color: "#c264c9" },
  { name: "Pink", color: "#e06c9f" },
  { name: "Brown", color: "#a9805b" },
  { name: "Grey", color: "#8b949e" },
];

const COLOR = /^#[0-9a-f]{6}$/i;

/** Says whether a text is a whole colour: `#rrggbb`. */
export function isColor(text: string | null): text is string {
  return text !== null && COLOR.test(text);
}

/** Returns what was typed or pasted as a colour begins: with #. */
export function asColor(typed: string): string {
  const text = typed.trim().toLowerCase();
  return text === "" || text.startsWith("#") ? text : `#${text}`;
}

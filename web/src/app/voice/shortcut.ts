/** Whether shortcuts are held with the Command key. */
export const isMac = /mac/i.test(navigator.platform);

const HELD = isMac ? "⌘⇧" : "Ctrl+Shift+";
const HELD_ARIA = isMac ? "Meta+Shift+" : "Control+Shift+";

/** How a shortcut is written, for eyes and for `aria-keyshortcuts`. */
export const MUTE_KEY = `${HELD}M`;
export const MUTE_ARIA = `${HELD_ARIA}M`;
export const DEAFEN_KEY = `${HELD}D`;
export const DEAFEN_ARIA = `${HELD_ARIA}D`;

/** An icon of `GET /api/badges`, in words for people. */
export interface NamedIcon {
  icon: string;
  label: string;
  /** What else people may search it by. */
  words: string;
}

/** The icons that a role may have, in the order in which they are offered. */
const ICONS: readonly NamedIcon[] = [
  { icon: "shield", label: "Shield", words: "guard protect safety" },
  { icon: "gavel", label: "Gavel", words: "hammer judge moderator law" },
  { icon: "star", label: "Star", words: "favourite favorite" },
  { icon: "gem", label: "Gem", words: "diamond jewel supporter" },
  { icon: "heart", label: "Heart", words: "love kind" },
  { icon: "wrench", label: "Wrench", words: "tool spanner builder developer" },
  { icon: "bot", label: "Robot", words: "bot machine" },
  { icon: "music", label: "Music", words: "note song dj" },
  { icon: "gamepad", label: "Gamepad", words: "game controller play" },
  { icon: "trophy", label: "Trophy", words: "cup winner champion" },
  { icon: "leaf", label: "Leaf", words: "plant nature newcomer" },
];

/** The owner's: shown, so that nobody looks for it in vain, and never offered. */
export const CROWN: NamedIcon = { icon: "crown", label: "Crown", words: "owner king queen" };
export const CROWN_EMOJI = "👑";

/** Returns what an icon or an emoji is called: screen readers know the emojis' names. */
export function nameOf(icon: string): string {
  return [...ICONS, CROWN].find((known) => known.icon === icon)?.label ?? icon;
}

/** Returns the icons that a search finds, the crown last; all of them for an empty one. */
export function findIcons(search: string): NamedIcon[] {
  const wanted = search.trim().toLowerCase();
  return [...ICONS, CROWN].filter(({ label, words }) =>
    `${label} ${words}`.toLowerCase().includes(wanted),
  );
}

/** Returns an emoji without the U+FE0F that it doesn't need: as the API spells it. */
export function qualified(emoji: string): string {
  return emoji.replace(/(\p{Emoji_Presentation})\uFE0F/gu, "$1");
}

/** Says whether two emojis are the same, however they are spelled. */
export function isSameEmoji(one: string, other: string): boolean {
  return one.replaceAll("\uFE0F", "") === other.replaceAll("\uFE0F", "");
}

import styles from "./Avatar.module.css";

const HUES = 8;

export interface AvatarProps {
  name: string;
  /** Decides the colour: the same person looks the same everywhere. */
  id: string;
  size?: 20 | 24 | 32 | 40 | 64 | 96;
  speaking?: boolean;
  /** Online, offline, or not said. */
  online?: boolean | undefined;
}

function first(name: string): string {
  const segments = new Intl.Segmenter(undefined, { granularity: "grapheme" }).segment(name.trim());
  for (const { segment } of segments) {
    if (/[^\p{C}\p{Z}\p{M}]/u.test(segment)) return segment.toLocaleUpperCase();
  }
  return "?";
}

function hue(id: string): number {
  let sum = 0;
  for (const letter of id) sum = (sum * 31 + (letter.codePointAt(0) ?? 0)) % 9973;
  return sum % HUES;
}

/** A person's first letter on a colour of theirs. Decoration: the name stands beside it. */
export function Avatar({ name, id, size = 32, speaking, online }: AvatarProps) {
  return (
    <span
      className={styles.avatar}
      data-size={size}
      data-hue={hue(id)}
      data-speaking={speaking || undefined}
      aria-hidden
    >
      <span className={styles.letter}>{first(name)}</span>
      {online !== undefined && <span className={styles.dot} data-online={online || undefined} />}
    </span>
  );
}

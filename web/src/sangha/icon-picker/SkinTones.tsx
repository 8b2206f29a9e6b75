import type { SkinTone } from "frimousse";
import { useId } from "react";
import styles from "./IconPicker.module.css";

const TONES: readonly { tone: SkinTone; name: string; hand: string }[] = [
  { tone: "none", name: "No skin tone", hand: "✋" },
  { tone: "light", name: "Light", hand: "✋🏻" },
  { tone: "medium-light", name: "Medium light", hand: "✋🏼" },
  { tone: "medium", name: "Medium", hand: "✋🏽" },
  { tone: "medium-dark", name: "Medium dark", hand: "✋🏾" },
  { tone: "dark", name: "Dark", hand: "✋🏿" },
];

/** Which skin tone the emojis of people and hands have. */
export function SkinTones(props: { value: SkinTone; onChange: (tone: SkinTone) => void }) {
  const group = useId();
  return (
    <fieldset className={styles.tones}>
      <legend className={styles.legend}>Skin tone</legend>
      {TONES.map(({ tone, name, hand }) => (
        <label key={tone} className={styles.tone}>
          <input
            type="radio"
            name={group}
            aria-label={name}
            checked={tone === props.value}
            onChange={() => props.onChange(tone)}
          />
          <span aria-hidden>{hand}</span>
        </label>
      ))}
    </fieldset>
  );
}

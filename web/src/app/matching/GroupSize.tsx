import styles from "./WishForm.module.css";
import { SIZES } from "./wishes";

interface GroupSizeProps {
  size: number;
  onChange: (size: number) => void;
}

/** How many shall talk, oneself included. */
export function GroupSize({ size, onChange }: GroupSizeProps) {
  return (
    <fieldset className={styles.field}>
      <legend className={styles.label}>How many should talk?</legend>
      <div className={styles.sizes}>
        {SIZES.map((known) => (
          <label key={known} className={styles.size}>
            <input
              type="radio"
              name="group-size"
              value={known}
              checked={known === size}
              onChange={() => onChange(known)}
            />
            <span>{known}</span>
          </label>
        ))}
      </div>
      <p className={styles.hint}>
        {size === 2
          ? "You and one other person."
          : `You and ${size - 1} others. It begins when all ${size} are there.`}
      </p>
    </fieldset>
  );
}

import { CircleOff } from "lucide-react";
import { useId } from "react";
import hidden from "../../../sangha/style/hidden.module.css";
import { Tip } from "../../../sangha/ui/Tip";
import styles from "./ColorField.module.css";
import { asColor, isColor, PALETTE } from "./colors";

const DEFAULT = "#8b949e"; // where the browser's own choice of a colour starts

interface ColorFieldProps {
  /** As it is typed; null for none. */
  value: string | null;
  onChange: (color: string | null) => void;
  /** Why it can't be changed. */
  why: string | undefined;
}

/** A colour: one of a few good ones, any other one, or none. */
export function ColorField({ value, onChange, why }: ColorFieldProps) {
  const id = useId();
  const isLocked = why !== undefined;
  const wrong = value !== null && !isColor(value);
  return (
    <fieldset className={styles.colors} aria-describedby={isLocked ? `${id}-why` : undefined}>
      <legend className={styles.legend}>Colour</legend>
      <div className={styles.swatches}>
        <Tip text="No colour">
          <label className={styles.swatch} data-none>
            <input
              type="radio"
              name={id}
              aria-label="No colour"
              checked={value === null}
              disabled={isLocked}
              onChange={() => onChange(null)}
            />
            <CircleOff aria-hidden />
          </label>
        </Tip>
        {PALETTE.map(({ name, color }) => (
          <Tip key={color} text={name}>
            <label className={styles.swatch} style={{ backgroundColor: color }}>
              <input
                type="radio"
                name={id}
                aria-label={name}
                checked={value === color}
                disabled={isLocked}
                onChange={() => onChange(color)}
              />
            </label>
          </Tip>
        ))}
      </div>
      <div className={styles.own}>
        <input
          type="color"
          className={styles.any}
          aria-label="Any colour"
          value={isColor(value) ? value : DEFAULT}
          disabled={isLocked}
          onChange={(event) => onChange(event.target.value)}
        />
        <input
          type="text"
          className={styles.hex}
          aria-label="Colour as #rrggbb"
          aria-invalid={wrong || undefined}
          aria-describedby={`${id}-hint`}
          placeholder="#rrggbb"
          maxLength={7}
          spellCheck={false}
          autoComplete="off"
          value={value ?? ""}
          readOnly={isLocked}
          onChange={(event) => onChange(asColor(event.target.value) || null)}
        />
      </div>
      <p id={`${id}-hint`} className={styles.hint} data-wrong={wrong || undefined} role="status">
        {wrong
          ? "A colour is # and six digits or letters from a to f."
          : "For the names of who has it as their highest coloured role."}
      </p>
      {isLocked && (
        <p id={`${id}-why`} className={hidden.hidden}>
          {why}
        </p>
      )}
    </fieldset>
  );
}

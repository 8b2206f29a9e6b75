import { useId, useRef, useState } from "react";
import { useAnnounce } from "../../sangha/ui/Announcer";
import { Button } from "../../sangha/ui/Button";
import { Chips } from "./Chips";
import { LANGUAGES, languageName } from "./languages";
import styles from "./WishForm.module.css";
import { MOST_LANGUAGES } from "./wishes";

interface LanguagesInputProps {
  languages: readonly string[];
  onChange: (languages: readonly string[]) => void;
}

/** The languages that one speaks; none means any. */
export function LanguagesInput({ languages, onChange }: LanguagesInputProps) {
  const id = useId();
  const announce = useAnnounce();
  const select = useRef<HTMLSelectElement>(null);
  const [chosen, setChosen] = useState("");
  const offered = LANGUAGES.filter(({ tag }) => !languages.includes(tag));
  const isFull = languages.length >= MOST_LANGUAGES;
  return (
    <div className={styles.field}>
      <div className={styles.label}>
        <label htmlFor={id}>Languages that you speak</label>
        <span className={styles.count} data-full={isFull || undefined}>
          {languages.length} of {MOST_LANGUAGES}
        </span>
      </div>
      <Chips
        label="Languages"
        items={languages.map((tag) => ({ id: tag, name: languageName(tag) }))}
        onRemove={(tag) => {
          onChange(languages.filter((other) => other !== tag));
          announce(`${languageName(tag)} removed.`);
          select.current?.focus();
        }}
      />
      <div className={styles.adding}>
        <select
          ref={select}
          id={id}
          className={styles.select}
          value={chosen}
          aria-describedby={`${id}-hint`}
          onChange={(event) => setChosen(event.target.value)}
        >
          <option value="">Choose a language</option>
          {offered.map(({ tag, name }) => (
            <option key={tag} value={tag}>
              {name}
            </option>
          ))}
        </select>
        <Button
          why={
            isFull
              ? `${MOST_LANGUAGES} languages at most.`
              : chosen === ""
                ? "Choose a language first."
                : undefined
          }
          onClick={() => {
            onChange([...languages, chosen]);
            announce(`${languageName(chosen)} added.`);
            setChosen("");
            select.current?.focus();
          }}
        >
          Add
        </Button>
      </div>
      <p id={`${id}-hint`} className={styles.hint}>
        {languages.length === 0
          ? "You meet people whatever they speak."
          : "You meet people who speak at least one of them."}
      </p>
    </div>
  );
}

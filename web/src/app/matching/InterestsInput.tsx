import { Plus } from "lucide-react";
import { type ClipboardEvent, type KeyboardEvent, useRef } from "react";
import { useAnnounce } from "../../sangha/ui/Announcer";
import { quoted } from "../community/quoted";
import { Chips } from "./Chips";
import { type Added, addInterests, MOST_CHARACTERS, MOST_INTERESTS } from "./interests";
import styles from "./WishForm.module.css";

const SUGGESTIONS = ["Music", "Books", "Games", "Films", "Cooking", "Travel", "Coding"];

const PROBLEMS: Readonly<Record<NonNullable<Added["why"]>, string>> = {
  full: `That is more than ${MOST_INTERESTS}. Remove one first.`,
  long: `An interest has up to ${MOST_CHARACTERS} characters.`,
  unseen: "An interest needs characters that can be seen.",
};

interface InterestsInputProps {
  id: string;
  interests: readonly string[];
  typed: string;
  problem: Added["why"];
  onChange: (added: Added) => void;
  onType: (text: string) => void;
}

/** Interests as chips: Enter or a comma adds what is typed, Backspace takes the last one back. */
export function InterestsInput(props: InterestsInputProps) {
  const { id, interests, typed, problem, onChange, onType } = props;
  const input = useRef<HTMLInputElement>(null);
  const announce = useAnnounce();

  const add = (text: string) => {
    const added = addInterests(interests, text);
    const news = added.interests.slice(interests.length).map(quoted).join(", ");
    if (news !== "") announce(`${news} added. ${added.interests.length} of ${MOST_INTERESTS}.`);
    onChange(added);
  };
  const remove = (interest: string) => {
    onChange({
      interests: interests.filter((other) => other !== interest),
      rest: typed,
      why: problem === "full" ? null : problem,
    });
    announce(`${quoted(interest)} removed. ${interests.length - 1} of ${MOST_INTERESTS}.`);
    input.current?.focus();
  };
  const onKey = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.nativeEvent.isComposing) return; // Enter chooses a word of an input method
    const last = interests.at(-1);
    if (event.key === "Enter" && typed.trim() !== "") {
      event.preventDefault();
      add(typed);
    } else if (event.key === "Backspace" && typed === "" && last !== undefined && !event.repeat) {
      event.preventDefault();
      remove(last);
    }
  };
  const onPaste = (event: ClipboardEvent<HTMLInputElement>) => {
    const text = event.clipboardData.getData("text");
    if (!/[,;\n]/.test(text.trim())) return;
    event.preventDefault();
    add(`${typed}${text}`);
  };

  const isKnown = (name: string) =>
    interests.some((other) => other.toLowerCase() === name.toLowerCase());
  const offered = SUGGESTIONS.filter((name) => !isKnown(name));
  return (
    <div className={styles.field}>
      <div className={styles.label}>
        <label htmlFor={id}>What would you like to talk about?</label>
        <span className={styles.count} data-full={interests.length >= MOST_INTERESTS || undefined}>
          {interests.length} of {MOST_INTERESTS}
        </span>
      </div>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the input inside is what is used */}
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: a larger target for the pointer alone */}
      <div
        className={styles.box}
        data-invalid={problem !== null || undefined}
        onClick={(event) => event.target === event.currentTarget && input.current?.focus()}
      >
        <Chips
          label="Interests"
          items={interests.map((name) => ({ id: name, name }))}
          onRemove={remove}
        />
        <input
          ref={input}
          id={id}
          className={styles.typed}
          value={typed}
          autoComplete="off"
          enterKeyHint="enter"
          placeholder={interests.length === 0 ? "Chess, jazz, gardening…" : "Add another"}
          aria-invalid={problem !== null}
          aria-describedby={`${id}-hint ${id}-problem`}
          onChange={(event) => {
            const { value } = event.target;
            if (/[,;，、]$/.test(value)) add(value);
            else onType(value);
          }}
          onKeyDown={onKey}
          onPaste={onPaste}
        />
      </div>
      <p id={`${id}-problem`} className={styles.problem} role="alert">
        {problem !== null && PROBLEMS[problem]}
      </p>
      <p id={`${id}-hint`} className={styles.hint}>
        Enter or a comma adds one. Leave it empty to talk about anything.
      </p>
      {interests.length < MOST_INTERESTS && offered.length > 0 && (
        // biome-ignore lint/a11y/noRedundantRoles: Safari drops the role of a list without bullets
        <ul role="list" className={styles.offers} aria-label="Suggestions">
          {offered.map((name) => (
            <li key={name}>
              <button
                type="button"
                className={styles.offer}
                aria-label={`Add ${name}`}
                onClick={() => {
                  onChange({ ...addInterests(interests, name), rest: typed });
                  announce(`${name} added. ${interests.length + 1} of ${MOST_INTERESTS}.`);
                  input.current?.focus();
                }}
              >
                <Plus aria-hidden /> {name}
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

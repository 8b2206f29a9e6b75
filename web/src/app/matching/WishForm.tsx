import { type FormEvent, type ReactNode, useId, useState } from "react";
import { Button } from "../../sangha/ui/Button";
import { Toggle } from "../../sangha/ui/Toggle";
import { GroupSize } from "./GroupSize";
import { InterestsInput } from "./InterestsInput";
import { addInterests } from "./interests";
import { LanguagesInput } from "./LanguagesInput";
import { PoolSelect } from "./PoolSelect";
import styles from "./WishForm.module.css";
import type { WishDraft } from "./wishes";

interface WishFormProps {
  initial: WishDraft;
  /** What its button says. */
  action: string;
  busy: boolean;
  onSubmit: (wishes: WishDraft) => void;
  cancel?: ReactNode;
  /** What stands above its buttons. */
  notes?: ReactNode;
}

/** With whom one wishes to talk. */
export function WishForm({ initial, action, busy, onSubmit, cancel, notes }: WishFormProps) {
  const id = useId();
  const [wishes, setWishes] = useState(initial);
  const [typed, setTyped] = useState("");
  const [problem, setProblem] = useState<ReturnType<typeof addInterests>["why"]>(null);
  const set = (change: Partial<WishDraft>) => setWishes((now) => ({ ...now, ...change }));

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (busy) return;
    // What was typed and not yet added is meant, too.
    const added = addInterests(wishes.interests, typed);
    setTyped(added.rest);
    setProblem(added.why);
    set({ interests: added.interests });
    if (added.why !== null) document.getElementById(`${id}-interests`)?.focus();
    else onSubmit({ ...wishes, interests: added.interests });
  };

  const hasInterests = wishes.interests.length > 0 || typed.trim() !== "";
  return (
    <form className={styles.form} onSubmit={submit}>
      <InterestsInput
        id={`${id}-interests`}
        interests={wishes.interests}
        typed={typed}
        problem={problem}
        onChange={({ interests, rest, why }) => {
          set({ interests });
          setTyped(rest);
          setProblem(why);
        }}
        onType={(text) => {
          setTyped(text);
          setProblem(null);
        }}
      />
      <div className={styles.toggle}>
        <Toggle
          label="Also people without a common interest"
          hint={
            hasInterests
              ? "After 20 seconds, if nobody shares one with you."
              : "Without interests of your own, you meet anybody from the start."
          }
          checked={wishes.strangers || !hasInterests}
          why={hasInterests ? undefined : "Add an interest to change this."}
          onChange={(strangers) => set({ strangers })}
        />
      </div>
      <GroupSize size={wishes.groupSize} onChange={(groupSize) => set({ groupSize })} />
      <LanguagesInput languages={wishes.languages} onChange={(languages) => set({ languages })} />
      <PoolSelect roomId={wishes.roomId} onChange={(roomId) => set({ roomId })} />
      <div className={styles.end}>
        {notes}
        <div className={styles.ways}>
          <Button type="submit" look="primary" busy={busy}>
            {action}
          </Button>
          {cancel}
        </div>
      </div>
    </form>
  );
}

import { type FormEvent, useState } from "react";
import { Button } from "../../sangha/ui/Button";
import { Field, TextInput } from "../../sangha/ui/Field";
import { InvitePreview } from "./InvitePreview";
import { codeIn } from "./inviteLink";
import styles from "./NewCommunity.module.css";

/** Shows what an invitation leads to, and joins there. */
export function JoinForm({ onDone }: { onDone: () => void }) {
  const [text, setText] = useState("");
  const [asked, setAsked] = useState<string | null>(null);
  const code = asked === null ? null : codeIn(asked);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    setAsked(text);
  };

  return (
    <form className={styles.form} onSubmit={submit} noValidate>
      <Field
        label="Invitation"
        hint="A link such as https://…/invite/x7Gk_2mQpL0a, or the code at its end."
        error={
          asked !== null && code === null
            ? "This is no invitation: it has a code at its end."
            : null
        }
      >
        <TextInput
          value={text}
          autoComplete="off"
          spellCheck={false}
          onChange={(event) => {
            setText(event.target.value);
            setAsked(null);
          }}
        />
      </Field>
      {code === null ? (
        <div className={styles.end}>
          <Button type="submit" look="primary">
            See where it leads
          </Button>
        </div>
      ) : (
        <InvitePreview key={code} code={code} onIn={onDone} />
      )}
    </form>
  );
}

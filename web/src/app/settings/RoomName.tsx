import { type FormEvent, useState } from "react";
import type { WholeRoom } from "../../sangha/api/types";
import { useAnnounce } from "../../sangha/ui/Announcer";
import { Button } from "../../sangha/ui/Button";
import { Field, TextInput } from "../../sangha/ui/Field";
import { nameProblem } from "../community/nameProblem";
import { useWrite } from "../community/useWrite";
import { WriteState } from "../community/WriteState";
import { LeaveDialog } from "./LeaveDialog";
import styles from "./settings.module.css";
import { useLeaveGuard } from "./useLeaveGuard";
import { useRoomEdit } from "./useRoomEdit";

/** A community's name. */
export function RoomName({ room }: { room: WholeRoom }) {
  const { edit, why } = useRoomEdit(room);
  const announce = useAnnounce();
  const write = useWrite();
  const now = room.room.name;
  const [draft, setDraft] = useState<string | null>(null); // null: nothing was typed
  const [asked, setAsked] = useState(false);
  const name = draft ?? now;
  const problem = nameProblem(name, write.error);

  const isUnsaved = draft !== null && draft !== now;
  const guard = useLeaveGuard(isUnsaved);

  async function save(): Promise<boolean> {
    setAsked(true);
    if (why !== undefined || write.busy || name.trim() === "" || name === now) return false;
    let isSaved = false;
    await write.run(async () => {
      await edit({ name });
      isSaved = true;
      setDraft((typed) => (typed === name ? null : typed));
      announce("The name is saved.");
    });
    return isSaved;
  }

  const submit = (event: FormEvent) => {
    event.preventDefault();
    void save();
  };

  return (
    <form className={styles.form} onSubmit={submit} noValidate>
      <Field label="Name" error={asked ? problem : null} {...(why !== undefined && { hint: why })}>
        <TextInput
          value={name}
          maxLength={100}
          autoComplete="off"
          readOnly={why !== undefined}
          onChange={(event) => {
            setDraft(event.target.value);
            setAsked(false);
          }}
        />
      </Field>
      {problem === null && <WriteState write={write} />}
      {isUnsaved && (
        <div className={styles.end}>
          <Button type="submit" look="primary" busy={write.busy}>
            Save
          </Button>
          <Button
            onClick={() => {
              setDraft(null);
              write.reset();
            }}
          >
            Discard
          </Button>
        </div>
      )}
      <LeaveDialog name={now} guard={guard} busy={write.busy} save={save} />
    </form>
  );
}

import { type FormEvent, useRef, useState } from "react";
import { isProblem } from "../../../sangha/api/problem";
import type { Role, WholeRoom } from "../../../sangha/api/types";
import { useAnnounce } from "../../../sangha/ui/Announcer";
import { Banner } from "../../../sangha/ui/Banner";
import { Button } from "../../../sangha/ui/Button";
import { Field, TextInput } from "../../../sangha/ui/Field";
import { useCountdown } from "../../../sangha/ui/useCountdown";
import { quoted } from "../../community/quoted";
import { wordsOf } from "../../feedback/words";
import { BackToRoles } from "./BackToRoles";
import styles from "./Roles.module.css";
import type { RoleWrites } from "./useRoleWrites";

const LONGEST_NAME = 100; // characters, the API's

interface NewRoleProps {
  room: WholeRoom;
  writes: RoleWrites;
  onMade: (roleId: string) => void;
}

/** Makes a role by its name; everything else of it is edited on its own page afterwards. */
export function NewRole({ room, writes, onMade }: NewRoleProps) {
  const [name, setName] = useState("");
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>(null);
  const left = useCountdown(writes.limitedUntil);
  const announce = useAnnounce();
  /** The roles there were when an answer was lost: the one that was made is none of these. */
  const before = useRef<readonly Role[] | null>(null);

  /** Makes the role, unless an earlier attempt has, whose answer was lost. */
  async function make(mayRepeat: boolean): Promise<string> {
    try {
      return (await writes.create(name)).id;
    } catch (error) {
      if (!isProblem(error, "version_mismatch") || !mayRepeat) throw error;
      const now = await writes.reread();
      const lost = before.current;
      const made = now?.roles.find(
        (role) => role.name === name.trim() && lost?.every(({ id }) => id !== role.id) === true,
      );
      return made === undefined ? make(false) : made.id;
    }
  }

  async function submit(event: FormEvent) {
    event.preventDefault();
    if (busy || left > 0) return;
    setBusy(true);
    setProblem(null);
    try {
      const roleId = await make(true);
      announce(`The role ${quoted(name)} is created.`);
      onMade(roleId);
    } catch (error) {
      before.current ??= room.roles;
      setProblem(error);
    } finally {
      setBusy(false);
    }
  }

  const isName = isProblem(problem, "name_invalid");
  return (
    <section className={styles.detail} aria-labelledby="new-role">
      <header className={styles.detailHead}>
        <BackToRoles roomId={room.room.id} />
        <h2 id="new-role">Create role</h2>
      </header>
      <form className={styles.form} onSubmit={submit}>
        {problem !== null && !isName && !isProblem(problem, "rate_limited") && (
          <Banner tone="danger">{wordsOf(problem)}</Banner>
        )}
        <Field
          label="Name"
          hint="It starts as the lowest role, with no permissions of its own: what it looks like and lets people do comes next."
          error={isName ? wordsOf(problem) : null}
        >
          <TextInput
            value={name}
            onChange={(event) => setName(event.target.value)}
            maxLength={LONGEST_NAME}
            required
            autoComplete="off"
            autoFocus
          />
        </Field>
        <div className={styles.formActions}>
          <Button
            type="submit"
            look="primary"
            busy={busy}
            why={left > 0 ? `Wait ${left} s: that was a lot in a short time.` : undefined}
          >
            {left > 0 ? `Create (in ${left} s)` : "Create"}
          </Button>
        </div>
      </form>
    </section>
  );
}

import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useLocation } from "wouter";
import { ask } from "../../sangha/api/client";
import { useSangha } from "../../sangha/context";
import { useAnnounce } from "../../sangha/ui/Announcer";
import { Button } from "../../sangha/ui/Button";
import { Field, TextInput } from "../../sangha/ui/Field";
import { Toggle } from "../../sangha/ui/Toggle";
import { keys } from "../queries";
import styles from "./NewCommunity.module.css";
import { nameProblem } from "./nameProblem";
import { quoted } from "./quoted";
import { useIsShown } from "./useIsShown";
import { useWrite } from "./useWrite";
import { WriteState } from "./WriteState";

/** Makes a community of one's own. */
export function MakeForm({ onDone }: { onDone: () => void }) {
  const { api } = useSangha();
  const queries = useQueryClient();
  const announce = useAnnounce();
  const [, navigate] = useLocation();
  const write = useWrite();
  const isShown = useIsShown();
  const [name, setName] = useState("");
  const [isPublic, setPublic] = useState(false);
  const [asked, setAsked] = useState(false);
  const problem = nameProblem(name, write.error);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    setAsked(true);
    if (name.trim() === "" || write.busy) return;
    void write.run(async () => {
      const whole = await ask(api.POST("/api/rooms", { body: { name, public: isPublic } }));
      queries.setQueryData(keys.room(whole.room.id), whole);
      void queries.invalidateQueries({ queryKey: keys.rooms });
      announce(`${quoted(whole.room.name)} is made. You are its owner.`);
      if (!isShown.current) return;
      navigate(`/rooms/${whole.room.id}`);
      onDone();
    });
  };

  return (
    <form className={styles.form} onSubmit={submit} noValidate>
      <Field label="Name" hint="You can change it later." error={asked ? problem : null}>
        <TextInput
          value={name}
          maxLength={100}
          autoComplete="off"
          onChange={(event) => {
            setName(event.target.value);
            setAsked(false);
          }}
        />
      </Field>
      <Toggle
        label="Anybody may join"
        hint="Otherwise people need an invitation."
        checked={isPublic}
        onChange={setPublic}
      />
      {problem === null && <WriteState write={write} />}
      <div className={styles.end}>
        <Button type="submit" look="primary" busy={write.busy}>
          Make the community
        </Button>
      </div>
    </form>
  );
}

import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useLocation } from "wouter";
import { ask } from "../../sangha/api/client";
import type { WholeRoom } from "../../sangha/api/types";
import { useSangha } from "../../sangha/context";
import { Button } from "../../sangha/ui/Button";
import { Field, TextInput } from "../../sangha/ui/Field";
import { Confirm } from "../community/Confirm";
import { gone } from "../community/gone";
import { forgetRoom } from "../community/pushes";
import { useIsShown } from "../community/useIsShown";
import { useToasts } from "../feedback/toasts";
import styles from "./settings.module.css";

/** Deletes a community, for who repeats its name. */
export function DeleteRoom({ room }: { room: WholeRoom }) {
  const { api } = useSangha();
  const queries = useQueryClient();
  const { tell } = useToasts();
  const [, navigate] = useLocation();
  const isShown = useIsShown();
  const [asking, setAsking] = useState(false);
  const [repeated, setRepeated] = useState("");
  const { id, name } = room.room;
  const close = () => {
    setAsking(false);
    setRepeated("");
  };

  async function send() {
    const params = { path: { room_id: id }, query: { confirm: repeated } };
    await ask(api.DELETE("/api/rooms/{room_id}", { params }));
    tell(gone.deleted(name)); // the push says the same: it is shown once
    if (isShown.current) navigate("/", { replace: true });
    queueMicrotask(() => forgetRoom(queries, id));
  }

  return (
    <section className={styles.section} aria-labelledby="delete-room">
      <h2 id="delete-room">Delete the community</h2>
      <p>Its channels, roles and memberships go with it, and every call in it ends.</p>
      <Button
        look="danger"
        why={room.me.owner ? undefined : "Only the owner can delete the community."}
        onClick={() => setAsking(true)}
      >
        Delete the community
      </Button>
      {asking && (
        <Confirm
          title={
            <>
              Delete <bdi>{name}</bdi>?
            </>
          }
          description={
            <>
              Everything in it is lost for all its members, and it can’t be undone. Write{" "}
              <strong>
                <bdi>{name}</bdi>
              </strong>{" "}
              to confirm.
            </>
          }
          action="Delete it for good"
          why={repeated === name ? undefined : "Write the community’s name first."}
          send={send}
          onClose={close}
        >
          <Field label="The community’s name">
            <TextInput
              value={repeated}
              autoComplete="off"
              spellCheck={false}
              onChange={(event) => setRepeated(event.target.value)}
            />
          </Field>
        </Confirm>
      )}
    </section>
  );
}

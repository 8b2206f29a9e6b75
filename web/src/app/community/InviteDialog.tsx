import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useId, useState } from "react";
import { ask } from "../../sangha/api/client";
import type { Invite, WholeRoom } from "../../sangha/api/types";
import { useSangha } from "../../sangha/context";
import { useAnnounce } from "../../sangha/ui/Announcer";
import { Button } from "../../sangha/ui/Button";
import { Modal } from "../../sangha/ui/Modal";
import { keys } from "../queries";
import { Choice } from "./Choice";
import styles from "./InviteDialog.module.css";
import { InviteLink } from "./InviteLink";
import { inviteWords } from "./inviteWords";
import { useWrite } from "./useWrite";
import { WriteState } from "./WriteState";

const HOUR_S = 3600;
const NEVER = "never";
const LASTS = [
  [String(HOUR_S / 2), "30 minutes"],
  [String(HOUR_S), "1 hour"],
  [String(12 * HOUR_S), "12 hours"],
  [String(24 * HOUR_S), "1 day"],
  [String(7 * 24 * HOUR_S), "7 days"],
  [NEVER, "Until it is taken back"],
] as const;
const USES = [
  [NEVER, "No limit"],
  ["1", "1 person"],
  ["5", "5 people"],
  ["10", "10 people"],
  ["50", "50 people"],
  ["100", "100 people"],
] as const;

const asNumber = (choice: string) => (choice === NEVER ? null : Number(choice));

/** Makes an invitation, and shows its link. */
export default function InviteDialog({ room, onClose }: { room: WholeRoom; onClose: () => void }) {
  const { api } = useSangha();
  const queries = useQueryClient();
  const announce = useAnnounce();
  const write = useWrite();
  const form = useId();
  const [lasts, setLasts] = useState<string>(String(24 * HOUR_S));
  const [uses, setUses] = useState<string>(NEVER);
  const [made, setMade] = useState<Invite | null>(null);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (write.busy) return;
    void write.run(async () => {
      const { invite } = await ask(
        api.POST("/api/rooms/{room_id}/invites", {
          params: { path: { room_id: room.room.id } },
          body: { expires_in_s: asNumber(lasts), max_uses: asNumber(uses) },
        }),
      );
      setMade(invite);
      announce("The invitation is made. Its link can be copied.");
      void queries.invalidateQueries({ queryKey: keys.invites(room.room.id) });
    });
  };

  return (
    <Modal
      open
      onClose={onClose}
      title={
        <>
          Invite people to <bdi>{room.room.name}</bdi>
        </>
      }
      description="Who has the link can join, until it ends or is used up."
      actions={
        <>
          <Button onClick={onClose}>{made === null ? "Cancel" : "Done"}</Button>
          <Button
            type="submit"
            form={form}
            look={made === null ? "primary" : "plain"}
            busy={write.busy}
          >
            {made === null ? "Make a link" : "Make another"}
          </Button>
        </>
      }
    >
      {made !== null && (
        <div className={styles.made}>
          <InviteLink key={made.code} code={made.code} label="The invitation’s link" />
          <p className={styles.words}>{inviteWords(made)}</p>
        </div>
      )}
      <form id={form} onSubmit={submit} className={styles.choices}>
        <Choice label="It lasts" value={lasts} onChange={setLasts} options={LASTS} />
        <Choice label="It lets in" value={uses} onChange={setUses} options={USES} />
      </form>
      <WriteState write={write} />
    </Modal>
  );
}

import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { ask } from "../../sangha/api/client";
import type { Member, WholeRoom } from "../../sangha/api/types";
import { useSangha } from "../../sangha/context";
import { Button } from "../../sangha/ui/Button";
import { applyRoomPush } from "../community/applyPush";
import { Confirm } from "../community/Confirm";
import { quoted } from "../community/quoted";
import { useToasts } from "../feedback/toasts";
import { MemberPick } from "./MemberPick";
import styles from "./settings.module.css";

/** Hands a community over to one of its members. */
export function HandOver({ room }: { room: WholeRoom }) {
  const { api, userId } = useSangha();
  const queries = useQueryClient();
  const { tell } = useToasts();
  const [asking, setAsking] = useState(false);
  const [chosen, setChosen] = useState<Member | null>(null);
  const { id, name } = room.room;
  const close = () => {
    setAsking(false);
    setChosen(null);
  };

  async function send() {
    if (chosen === null) return;
    const answer = await ask(
      api.PUT("/api/rooms/{room_id}/owner", {
        params: { path: { room_id: id } },
        body: { user_id: chosen.user_id },
      }),
    );
    applyRoomPush(queries, id, userId, { type: "owner", ...answer });
    tell(`${quoted(chosen.name)} is the owner now.`);
  }

  return (
    <section className={styles.section} aria-labelledby="hand-over">
      <h2 id="hand-over">Owner</h2>
      <p>The owner stands above all roles, and alone may hand the community over or delete it.</p>
      <Button
        why={room.me.owner ? undefined : "Only the owner hands the community over."}
        onClick={() => setAsking(true)}
      >
        Hand it over
      </Button>
      {asking && (
        <Confirm
          title={
            <>
              Hand <bdi>{name}</bdi> over
            </>
          }
          description="You stay a member, with the roles that you have. Only the new owner can undo it."
          action={chosen === null ? "Hand it over" : "Make them the owner"}
          why={chosen === null ? "Choose a member first." : undefined}
          send={send}
          onClose={close}
        >
          <MemberPick room={room} chosen={chosen} onChoose={setChosen} />
        </Confirm>
      )}
    </section>
  );
}

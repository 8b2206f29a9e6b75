import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { ask } from "../../sangha/api/client";
import type { Member, WholeRoom } from "../../sangha/api/types";
import { useSangha } from "../../sangha/context";
import { Field, TextInput } from "../../sangha/ui/Field";
import { applyRoomPush } from "../community/applyPush";
import { Confirm, type ConfirmProps } from "../community/Confirm";
import { quoted } from "../community/quoted";
import { useIsShown } from "../community/useIsShown";
import { useToasts } from "../feedback/toasts";

const LONGEST_REASON = 500; // characters

interface RemoveMemberProps {
  room: WholeRoom;
  member: Member;
  how: "kick" | "ban";
  onClose: () => void;
  /** They are out. */
  onDone: () => void;
  focusAfter: NonNullable<ConfirmProps["focusAfter"]>;
}

/** Asks before somebody is put out, for now or for good. */
export function RemoveMember(props: RemoveMemberProps) {
  const { room, member, how, onClose, onDone, focusAfter } = props;
  const { api, userId } = useSangha();
  const queries = useQueryClient();
  const { tell } = useToasts();
  const [reason, setReason] = useState("");
  const isShown = useIsShown();
  const isBan = how === "ban";

  async function send() {
    const params = { path: { room_id: room.room.id, user_id: member.user_id } };
    if (isBan) {
      const body = { reason: reason.trim() || null };
      await ask(api.PUT("/api/rooms/{room_id}/bans/{user_id}", { params, body }));
    } else {
      await ask(api.DELETE("/api/rooms/{room_id}/members/{user_id}", { params }));
    }
    if (isShown.current) onDone();
    applyRoomPush(queries, room.room.id, userId, {
      type: "member_left",
      version: room.version,
      user_id: member.user_id,
    });
    tell(`${quoted(member.name)} was ${isBan ? "banned" : "kicked"}.`);
  }

  return (
    <Confirm
      title={
        <>
          {isBan ? "Ban" : "Kick"} <bdi>{member.name}</bdi>?
        </>
      }
      description={
        isBan
          ? "They leave the community and every call in it at once, and no invitation brings them back."
          : "They leave the community and every call in it at once, with their roles. They can come back by an invitation."
      }
      action={isBan ? "Ban them" : "Kick them"}
      send={send}
      onClose={onClose}
      focusAfter={focusAfter}
    >
      {isBan && (
        <Field
          label="Reason (optional)"
          hint={`Only those who may ban see it. ${reason.length} of ${LONGEST_REASON} characters.`}
        >
          <TextInput
            value={reason}
            maxLength={LONGEST_REASON}
            onChange={(event) => setReason(event.target.value)}
          />
        </Field>
      )}
    </Confirm>
  );
}

import { useQueryClient } from "@tanstack/react-query";
import { useLocation } from "wouter";
import { ask } from "../../sangha/api/client";
import type { WholeRoom } from "../../sangha/api/types";
import { useSangha } from "../../sangha/context";
import { useToasts } from "../feedback/toasts";
import { Confirm } from "./Confirm";
import { gone } from "./gone";
import { forgetRoom } from "./pushes";
import { useIsShown } from "./useIsShown";

/** Asks before one leaves a community. */
export default function LeaveDialog({ room, onClose }: { room: WholeRoom; onClose: () => void }) {
  const { api, userId } = useSangha();
  const queries = useQueryClient();
  const { tell } = useToasts();
  const [, navigate] = useLocation();
  const isShown = useIsShown();
  const { id, name } = room.room;

  async function send() {
    const params = { path: { room_id: id, user_id: userId } };
    await ask(api.DELETE("/api/rooms/{room_id}/members/{user_id}", { params }));
    tell(gone.left(name)); // the push says the same: it is shown once
    if (isShown.current) navigate("/", { replace: true });
    queueMicrotask(() => forgetRoom(queries, id));
  }

  return (
    <Confirm
      title={
        <>
          Leave <bdi>{name}</bdi>?
        </>
      }
      description={
        room.room.public
          ? "You lose your roles here. Anybody may join, so you can come back."
          : "You lose your roles here, and need an invitation to come back."
      }
      action="Leave"
      send={send}
      onClose={onClose}
    />
  );
}

import type { QueryClient } from "@tanstack/react-query";
import { isProblem, Problem } from "../../sangha/api/problem";
import type { WholeRoom } from "../../sangha/api/types";
import { keys } from "../queries";

const TRIES = 3;

/**
 * Makes a change that replaces a whole set, such as a member's roles, on the newest state: where
 * somebody else was quicker, the community is read and the change is worked out again.
 *
 * @param send works the change out of the community, and sends it with the `If-Match` it is given.
 */
export async function onNewest<T>(
  queries: QueryClient,
  roomId: string,
  send: (room: WholeRoom, ifMatch: { "If-Match": string }) => Promise<T>,
): Promise<T> {
  for (let tried = 1; ; tried++) {
    const room = queries.getQueryData<WholeRoom>(keys.room(roomId));
    if (room === undefined) throw new Problem({ status: 404, code: "room_not_found", detail: "" });
    try {
      return await send(room, { "If-Match": `"${room.version}"` });
    } catch (error) {
      const isLate = isProblem(error, "version_mismatch");
      if (!isLate || tried === TRIES) throw error;
      await queries.refetchQueries({ queryKey: keys.room(roomId) });
    }
  }
}

import type { WholeRoom } from "../../sangha/api/types";

/** The members of a community, by their highest role, those online first. */
export default function MembersPane({ room }: { room: WholeRoom }) {
  return <p>{room.room.name}</p>;
}

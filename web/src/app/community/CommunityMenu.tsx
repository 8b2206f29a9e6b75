import type { WholeRoom } from "../../sangha/api/types";

/** The community's name, and what can be done with it. */
export function CommunityMenu({ room }: { room: WholeRoom }) {
  return <h2>{room.room.name}</h2>;
}

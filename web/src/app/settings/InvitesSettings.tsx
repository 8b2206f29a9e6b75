import type { WholeRoom } from "../../sangha/api/types";

export default function InvitesSettings({ room }: { room: WholeRoom }) {
  return <h1>Invites of {room.room.name}</h1>;
}

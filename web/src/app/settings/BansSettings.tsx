import type { WholeRoom } from "../../sangha/api/types";

export default function BansSettings({ room }: { room: WholeRoom }) {
  return <h1>Bans of {room.room.name}</h1>;
}

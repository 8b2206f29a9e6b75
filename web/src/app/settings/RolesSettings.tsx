import type { WholeRoom } from "../../sangha/api/types";

/** Server settings, roles: make, edit, order and give them. */
export default function RolesSettings({ room }: { room: WholeRoom }) {
  return <h1>Roles of {room.room.name}</h1>;
}

import type { WholeRoom } from "../../sangha/api/types";

export default function OverviewSettings({ room }: { room: WholeRoom }) {
  return <h1>Overview of {room.room.name}</h1>;
}

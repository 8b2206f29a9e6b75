import type { WholeRoom } from "../../sangha/api/types";
import { DeleteRoom } from "./DeleteRoom";
import { HandOver } from "./HandOver";
import { RoomName } from "./RoomName";
import { RoomPublic } from "./RoomPublic";
import { SettingsPage } from "./SettingsPage";

/** Server settings, overview: the name, who may join, whose it is, its end. */
export default function OverviewSettings({ room }: { room: WholeRoom }) {
  return (
    <SettingsPage title="Overview">
      <RoomName room={room} />
      <RoomPublic room={room} />
      <HandOver room={room} />
      <DeleteRoom room={room} />
    </SettingsPage>
  );
}

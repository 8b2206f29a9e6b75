import { useState } from "react";
import type { WholeRoom } from "../../sangha/api/types";
import { useAnnounce } from "../../sangha/ui/Announcer";
import { Toggle } from "../../sangha/ui/Toggle";
import { InviteLink } from "../community/InviteLink";
import { useWrite } from "../community/useWrite";
import { WriteState } from "../community/WriteState";
import styles from "./settings.module.css";
import { useRoomEdit } from "./useRoomEdit";

/** Whether anybody may join a community. */
export function RoomPublic({ room }: { room: WholeRoom }) {
  const { edit, why } = useRoomEdit(room);
  const announce = useAnnounce();
  const write = useWrite();
  const [wanted, setWanted] = useState<boolean | null>(null);
  const change = (isPublic: boolean) => {
    if (write.busy) return;
    setWanted(isPublic);
    void write.run(async () => {
      await edit({ public: isPublic });
      announce(isPublic ? "Anybody may join now." : "People need an invitation now.");
    });
  };
  const isPublic = write.busy && wanted !== null ? wanted : room.room.public;
  return (
    <div className={styles.form}>
      <Toggle
        label="Anybody may join"
        hint="Who has the community’s own link needs no invitation. Who is banned stays out."
        checked={isPublic}
        why={why}
        onChange={change}
      />
      {room.room.public && <InviteLink code={room.room.id} label="The community’s link" />}
      <WriteState write={write} />
    </div>
  );
}

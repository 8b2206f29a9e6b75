import { DoorClosed } from "lucide-react";
import { Link } from "wouter";
import { isRoomId } from "../community/inviteLink";
import { Broken } from "../feedback/Broken";
import styles from "./Home.module.css";

/** For who isn't a member, and for an address that leads nowhere: the API tells neither apart. */
export default function NoCommunity({ roomId }: { roomId: string }) {
  return (
    <Broken
      title="This community can’t be shown"
      Icon={DoorClosed}
      ways={
        <div className={styles.ways}>
          {isRoomId(roomId) && (
            <Link href={`/invite/${roomId}`} className={styles.way ?? ""}>
              Join it, if it is public
            </Link>
          )}
          <Link href="/" className={styles.way ?? ""}>
            Go home
          </Link>
        </div>
      }
    >
      It doesn’t exist, or you are not a member. Who is one can invite you.
    </Broken>
  );
}

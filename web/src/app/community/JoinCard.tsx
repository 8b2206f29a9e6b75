import type { ReactNode } from "react";
import { Button } from "../../sangha/ui/Button";
import styles from "./InvitePreview.module.css";
import { useJoin } from "./useJoin";
import { WriteState } from "./WriteState";

const NOT_PUBLIC = {
  room_not_found: "This community doesn’t exist, or nobody may join it without an invitation.",
};

interface JoinCardProps {
  roomId: string;
  /** The invitation's code; null for a public community. */
  invite: string | null;
  /** Whether one is a member already. */
  joined: boolean;
  onIn: (() => void) | undefined;
  /** What the community is. */
  children: ReactNode;
}

/** A community that one may join, or open if one is in. */
export function JoinCard({ roomId, invite, joined, onIn, children }: JoinCardProps) {
  const { write, open, join } = useJoin(roomId, onIn);
  return (
    <div className={styles.preview}>
      <div className={styles.words}>{children}</div>
      {joined ? (
        <Button look="primary" onClick={open}>
          Open it
        </Button>
      ) : (
        <Button look="primary" busy={write.busy} onClick={() => join(invite)}>
          Join
        </Button>
      )}
      <WriteState write={write} words={NOT_PUBLIC} />
    </div>
  );
}

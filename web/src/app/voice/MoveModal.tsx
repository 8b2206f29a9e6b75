import { Lock, Volume2 } from "lucide-react";
import type { Channel } from "../../sangha/api/types";
import { may } from "../../sangha/permissions";
import { Modal } from "../../sangha/ui/Modal";
import { Tip } from "../../sangha/ui/Tip";
import styles from "./MoveModal.module.css";

interface MoveModalProps {
  name: string;
  channels: readonly Channel[];
  onMove: (to: Channel) => void;
  onClose: () => void;
}

const WHY = "You may not move members into this channel.";

/** Where somebody is moved: a choice moves them, and what comes of it is told elsewhere. */
export default function MoveModal({ name, channels, onMove, onClose }: MoveModalProps) {
  const move = (channel: Channel) => {
    onClose();
    onMove(channel);
  };
  return (
    <Modal
      open
      onClose={onClose}
      size="small"
      title="Move to another channel"
      description={
        <span className={styles.who}>
          <bdi>{name}</bdi> will be told who moved them.
        </span>
      }
    >
      <ul className={styles.list}>
        {channels.map((channel) => {
          const why = may(channel.permissions, "MOVE_MEMBERS") ? undefined : WHY;
          const button = (
            <button
              type="button"
              className={styles.channel}
              aria-disabled={why !== undefined || undefined}
              aria-description={why}
              onClick={() => why === undefined && move(channel)}
            >
              {channel.private ? <Lock aria-label="Private" /> : <Volume2 aria-hidden />}
              <bdi>{channel.name}</bdi>
            </button>
          );
          return (
            <li key={channel.id}>{why === undefined ? button : <Tip text={why}>{button}</Tip>}</li>
          );
        })}
      </ul>
    </Modal>
  );
}

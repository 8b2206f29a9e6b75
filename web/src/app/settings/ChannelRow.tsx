import { ArrowDown, ArrowUp, Hash, Lock, Pencil, Trash2, Volume2 } from "lucide-react";
import type { Channel, WholeRoom } from "../../sangha/api/types";
import { may } from "../../sangha/permissions";
import { IconButton } from "../../sangha/ui/Button";
import { quoted } from "../community/quoted";
import { visibilityOf } from "../community/visibility";
import styles from "./settings.module.css";

interface ChannelRowProps {
  room: WholeRoom;
  channel: Channel;
  /** Why channels can't be ordered; undefined where they can. */
  whyNotMove: string | undefined;
  above: Channel | undefined;
  below: Channel | undefined;
  onMove: (channel: Channel, neighbour: Channel, side: "before" | "after") => void;
  onEdit: () => void;
  onDelete: () => void;
}

/** A channel among others of its kind: who sees it, and what can be done with it. */
export function ChannelRow(props: ChannelRowProps) {
  const { room, channel, whyNotMove, above, below, onMove, onEdit, onDelete } = props;
  const name = quoted(channel.name);
  const Icon = channel.private ? Lock : channel.kind === "voice" ? Volume2 : Hash;
  const whyNotManage = may(channel.permissions, "MANAGE_CHANNELS")
    ? undefined
    : "You don’t have the permission to manage this channel.";
  return (
    <li className={styles.row}>
      <Icon aria-hidden />
      <div className={styles.words}>
        <bdi className={styles.name} title={channel.name}>
          {channel.name}
        </bdi>
        <p className={styles.about}>{viewers(room, channel)}</p>
      </div>
      <div className={styles.actions}>
        <IconButton
          label={`Move ${name} up`}
          why={whyNotMove ?? (above === undefined ? "It is the first." : undefined)}
          onClick={() => above !== undefined && onMove(channel, above, "before")}
        >
          <ArrowUp aria-hidden />
        </IconButton>
        <IconButton
          label={`Move ${name} down`}
          why={whyNotMove ?? (below === undefined ? "It is the last." : undefined)}
          onClick={() => below !== undefined && onMove(channel, below, "after")}
        >
          <ArrowDown aria-hidden />
        </IconButton>
        <IconButton label={`Edit ${name}`} why={whyNotManage} onClick={onEdit}>
          <Pencil aria-hidden />
        </IconButton>
        <IconButton label={`Delete ${name}`} why={whyNotManage} onClick={onDelete}>
          <Trash2 aria-hidden />
        </IconButton>
      </div>
    </li>
  );
}

function viewers(room: WholeRoom, { overwrites }: Channel): string {
  const { everyone, roles } = visibilityOf(room, overwrites);
  if (everyone)
    return roles.length < room.roles.length - 1 ? "Hidden from some roles" : "For everybody";
  if (roles.length === 0) return "For the owner alone";
  return `For the owner and ${roles.length === 1 ? "1 role" : `${roles.length} roles`}`;
}

import { useRef, useState } from "react";
import type { WholeRoom } from "../../sangha/api/types";
import { may } from "../../sangha/permissions";
import { Button } from "../../sangha/ui/Button";
import ChannelDialog from "../community/ChannelDialog";
import DeleteChannel from "../community/DeleteChannel";
import { WriteState } from "../community/WriteState";
import { ChannelRow } from "./ChannelRow";
import { SettingsPage } from "./SettingsPage";
import styles from "./settings.module.css";
import { useChannelOrder } from "./useChannelOrder";

const GROUPS = [
  { kind: "text", title: "Text channels" },
  { kind: "voice", title: "Voice channels" },
] as const;

type Dialog = { does: "create" } | { does: "edit" | "delete"; channelId: string };

/** Server settings, channels: make, name, order and delete them; say who sees them. */
export default function ChannelsSettings({ room }: { room: WholeRoom }) {
  const [dialog, setDialog] = useState<Dialog | null>(null);
  const { channels } = room;
  const create = useRef<HTMLButtonElement>(null);
  const order = useChannelOrder(room);
  const whyNotManage = may(room.me.permissions, "MANAGE_CHANNELS")
    ? undefined
    : "You don’t have the permission to manage channels.";
  const chosen =
    dialog !== null && "channelId" in dialog
      ? channels.find(({ id }) => id === dialog.channelId)
      : undefined;
  const close = () => setDialog(null);

  return (
    <SettingsPage
      title="Channels"
      lead={whyNotManage ?? "In the order in which the side shows them."}
      action={
        <Button
          ref={create}
          look="primary"
          why={whyNotManage}
          onClick={() => setDialog({ does: "create" })}
        >
          Create channel
        </Button>
      }
    >
      <WriteState write={order.write} />
      {channels.length === 0 && <p className={styles.empty}>There are no channels that you see.</p>}
      {GROUPS.map(({ kind, title }) => {
        const group = channels.filter((channel) => channel.kind === kind);
        return group.length === 0 ? null : (
          <section key={kind} className={styles.group} aria-labelledby={`${kind}-channels`}>
            <h2 id={`${kind}-channels`}>{title}</h2>
            {/* biome-ignore lint/a11y/noRedundantRoles: Safari drops the role of a list without bullets */}
            <ul role="list" className={styles.list}>
              {group.map((channel, place) => (
                <ChannelRow
                  key={channel.id}
                  room={room}
                  channel={channel}
                  whyNotMove={whyNotManage}
                  above={group[place - 1]}
                  below={group[place + 1]}
                  onMove={order.move}
                  onEdit={() => setDialog({ does: "edit", channelId: channel.id })}
                  onDelete={() => setDialog({ does: "delete", channelId: channel.id })}
                />
              ))}
            </ul>
          </section>
        );
      })}
      {dialog?.does === "create" && <ChannelDialog room={room} onClose={close} />}
      {dialog?.does === "edit" && chosen !== undefined && (
        <ChannelDialog room={room} channel={chosen} onClose={close} />
      )}
      {dialog?.does === "delete" && chosen !== undefined && (
        <DeleteChannel
          room={room}
          channel={chosen}
          onClose={close}
          focusAfter={() => create.current}
        />
      )}
    </SettingsPage>
  );
}

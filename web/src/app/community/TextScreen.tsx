import { Hash, Lock, UserPlus, Volume2 } from "lucide-react";
import { useState } from "react";
import { Link } from "wouter";
import type { Channel, WholeRoom } from "../../sangha/api/types";
import { may } from "../../sangha/permissions";
import { Button } from "../../sangha/ui/Button";
import { onDemand } from "../../sangha/ui/onDemand";
import { RoleChips } from "./RoleChip";
import styles from "./TextScreen.module.css";
import { visibilityOf } from "./visibility";

const InviteDialog = onDemand(() => import("./InviteDialog"));
const ChannelDialog = onDemand(() => import("./ChannelDialog"));

/** A text channel: where it starts. There are no messages in Sangha, so none are pretended. */
export default function TextScreen({ room, channel }: { room: WholeRoom; channel: Channel }) {
  const [dialog, setDialog] = useState<"invite" | "edit" | null>(null);
  const voice = room.channels.find(({ kind }) => kind === "voice");
  const Icon = channel.private ? Lock : Hash;
  return (
    <section className={styles.start} aria-labelledby="channel-start">
      <span className={styles.icon}>
        <Icon aria-hidden />
      </span>
      <h2 id="channel-start" className={styles.title}>
        This is <bdi>{channel.name}</bdi>
      </h2>
      <p className={styles.text}>
        Sangha is for talking: it carries voice, not written messages.{" "}
        {voice !== undefined && "People meet in the voice channels."}
      </p>
      <Viewers room={room} channel={channel} />
      <div className={styles.ways}>
        {voice !== undefined && (
          <Link href={`/rooms/${room.room.id}/channels/${voice.id}`} className={styles.way ?? ""}>
            <Volume2 aria-hidden />
            <span>
              Go to <bdi>{voice.name}</bdi>
            </span>
          </Link>
        )}
        <Button
          why={
            may(room.me.permissions, "CREATE_INVITE")
              ? undefined
              : "You don’t have the permission to invite people."
          }
          onClick={() => setDialog("invite")}
        >
          <UserPlus aria-hidden />
          Invite people
        </Button>
        {may(channel.permissions, "MANAGE_CHANNELS") && (
          <Button onClick={() => setDialog("edit")}>Edit the channel</Button>
        )}
      </div>
      {dialog === "invite" && <InviteDialog room={room} onClose={() => setDialog(null)} />}
      {dialog === "edit" && (
        <ChannelDialog room={room} channel={channel} onClose={() => setDialog(null)} />
      )}
    </section>
  );
}

function Viewers({ room, channel }: { room: WholeRoom; channel: Channel }) {
  const { everyone, roles } = visibilityOf(room, channel.overwrites);
  const unseen = room.roles.length - 1 - roles.length;
  if (everyone && unseen === 0) {
    return (
      <p className={styles.viewers}>
        Everybody in <bdi>{room.room.name}</bdi> sees this channel.
      </p>
    );
  }
  return (
    <div className={styles.viewers}>
      <p>
        {everyone
          ? "Members without a role see this channel, the owner, and who has one of these roles:"
          : roles.length === 0
            ? "Only the owner sees this channel."
            : "Only the owner sees this channel, and who has one of these roles:"}
      </p>
      <RoleChips roles={roles} />
    </div>
  );
}

import { ChevronDown, LogOut, Plus, Settings, UserPlus } from "lucide-react";
import { useState } from "react";
import { useLocation } from "wouter";
import type { WholeRoom } from "../../sangha/api/types";
import { may } from "../../sangha/permissions";
import { Actions } from "../../sangha/ui/Actions";
import { onDemand } from "../../sangha/ui/onDemand";
import styles from "./CommunityMenu.module.css";

const InviteDialog = onDemand(() => import("./InviteDialog"));
const ChannelDialog = onDemand(() => import("./ChannelDialog"));
const LeaveDialog = onDemand(() => import("./LeaveDialog"));

type Dialog = "invite" | "channel" | "leave";

/** The community's name, and what can be done with it. */
export function CommunityMenu({ room }: { room: WholeRoom }) {
  const [dialog, setDialog] = useState<Dialog | null>(null);
  const [, navigate] = useLocation();
  const { permissions, owner } = room.me;
  const close = () => setDialog(null);
  return (
    <>
      <h2 className={styles.head}>
        <Actions
          trigger={
            <button type="button" className={styles.button} title={room.room.name}>
              <bdi className={styles.name}>{room.room.name}</bdi>
              <ChevronDown aria-hidden />
            </button>
          }
          groups={[
            [
              {
                label: "Invite people",
                icon: <UserPlus aria-hidden />,
                why: may(permissions, "CREATE_INVITE")
                  ? undefined
                  : "You don’t have the permission to invite people.",
                onSelect: () => setDialog("invite"),
              },
              {
                label: "Create channel",
                icon: <Plus aria-hidden />,
                why: may(permissions, "MANAGE_CHANNELS")
                  ? undefined
                  : "You don’t have the permission to manage channels.",
                onSelect: () => setDialog("channel"),
              },
              {
                label: "Server settings",
                icon: <Settings aria-hidden />,
                why: managesSomething(room)
                  ? undefined
                  : "Only those who manage something here have settings to change.",
                onSelect: () => navigate(`/rooms/${room.room.id}/settings/overview`),
              },
            ],
            [
              {
                label: "Leave",
                icon: <LogOut aria-hidden />,
                tone: "danger",
                why: owner ? "The owner can’t leave: hand the community over first." : undefined,
                onSelect: () => setDialog("leave"),
              },
            ],
          ]}
        />
      </h2>
      {dialog === "invite" && <InviteDialog room={room} onClose={close} />}
      {dialog === "channel" && (
        <ChannelDialog
          room={room}
          onMade={(id) => navigate(`/rooms/${room.room.id}/channels/${id}`)}
          onClose={close}
        />
      )}
      {dialog === "leave" && <LeaveDialog room={room} onClose={close} />}
    </>
  );
}

function managesSomething({ me, channels }: WholeRoom): boolean {
  return (
    (["MANAGE_ROOM", "MANAGE_ROLES", "MANAGE_CHANNELS", "BAN_MEMBERS"] as const).some((name) =>
      may(me.permissions, name),
    ) || channels.some((channel) => may(channel.permissions, "MANAGE_CHANNELS"))
  );
}

import { Hash, Users, Volume2 } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import type { Channel, WholeRoom } from "../../sangha/api/types";
import { IconButton } from "../../sangha/ui/Button";
import { Skeleton } from "../../sangha/ui/Skeleton";
import { Boundary } from "../feedback/Boundary";
import { Bar } from "./Bar";
import list from "./channels.module.css";
import styles from "./Shell.module.css";

const VoiceScreen = lazy(() => import("../voice/VoiceScreen"));
const TextScreen = lazy(() => import("../community/TextScreen"));
const MembersPane = lazy(() => import("../members/MembersPane"));

const MEMBERS_BESIDE = 1100; // CSS pixels of the window from which both have room

/** Whether the members are shown: from the start where there is room, then as one likes. */
export function useMembersShown() {
  const [shown, setShown] = useState(() => window.innerWidth >= MEMBERS_BESIDE);
  return { shown, toggle: () => setShown(!shown) };
}

/** One channel on the screen, with the members beside it where there is room. */
export function ChannelScreen({
  room,
  channel,
  members,
}: {
  room: WholeRoom;
  channel: Channel | undefined;
  members: ReturnType<typeof useMembersShown>;
}) {
  return (
    <main id="main" className={styles.main} data-page="main">
      <Bar
        icon={channel?.kind === "voice" ? <Volume2 aria-hidden /> : <Hash aria-hidden />}
        title={channel?.name ?? room.room.name}
        back={`/rooms/${room.room.id}`}
      >
        <IconButton
          label={members.shown ? "Hide the members" : "Show the members"}
          pressed={members.shown}
          onClick={members.toggle}
        >
          <Users aria-hidden />
        </IconButton>
      </Bar>
      <div className={list.columns} data-members={members.shown || undefined}>
        <div className={list.content}>
          <Boundary key={channel?.id} what="This channel can’t be shown">
            <Suspense fallback={<Skeleton lines={4} />}>
              {channel?.kind === "voice" && (
                <VoiceScreen key={channel.id} room={room} channel={channel} />
              )}
              {channel?.kind === "text" && (
                <TextScreen key={channel.id} room={room} channel={channel} />
              )}
            </Suspense>
          </Boundary>
        </div>
        {members.shown && (
          <aside className={list.members} aria-label="Members">
            <Boundary what="The members can’t be shown">
              <Suspense fallback={<Skeleton lines={8} />}>
                <MembersPane room={room} />
              </Suspense>
            </Boundary>
          </aside>
        )}
      </div>
    </main>
  );
}

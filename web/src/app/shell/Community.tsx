import { lazy, type ReactNode, Suspense } from "react";
import { Redirect, useRoute } from "wouter";
import { Problem } from "../../sangha/api/problem";
import type { WholeRoom } from "../../sangha/api/types";
import { Banner } from "../../sangha/ui/Banner";
import { Skeleton } from "../../sangha/ui/Skeleton";
import { CommunityMenu } from "../community/CommunityMenu";
import { useRoomPushes } from "../community/pushes";
import { Boundary } from "../feedback/Boundary";
import { Broken } from "../feedback/Broken";
import { wordsOf } from "../feedback/words";
import { useRoom } from "../queries";
import { CommunityVoice } from "../voice/CommunityVoice";
import { Bar } from "./Bar";
import { ChannelScreen, useMembersShown } from "./ChannelScreen";
import styles from "./Shell.module.css";
import { Side } from "./Side";
import { TextChannels } from "./TextChannels";
import { useMyName } from "./useMyName";
import { useNarrow } from "./useNarrow";

const NoCommunity = lazy(() => import("./NoCommunity"));
const SettingsScreen = lazy(() => import("../settings/SettingsScreen"));

/** A community: its channels at the side, one of them on the screen. */
export function Community({ roomId }: { roomId: string }) {
  const room = useRoom(roomId);
  const live = useRoomPushes(roomId);
  const me = useMyName();
  const [inSettings, settings] = useRoute<{ tab?: string }>("/rooms/:roomId/settings/:tab?");
  if (room.data === undefined) {
    return (
      <>
        <Side
          name="Channels"
          title="Community"
          page={!room.isError}
          {...(room.isError && { me })} // not before: it would go with what is open of it
        >
          {room.isPending && <Skeleton lines={6} label="Reading the community" />}
        </Side>
        {room.isError && (
          <main id="main" className={styles.main} data-page="main">
            <Bar title="Community" back="/" />
            {room.error instanceof Problem && !room.error.isAway ? (
              <Suspense>
                <NoCommunity roomId={roomId} />
              </Suspense>
            ) : (
              <Broken title="This community can’t be shown" onRetry={() => void room.refetch()}>
                {wordsOf(room.error)}
              </Broken>
            )}
          </main>
        )}
      </>
    );
  }
  if (inSettings) {
    return (
      <div className={styles.whole} data-page="main">
        <Boundary key={settings?.tab} what="These settings can’t be shown">
          <Suspense fallback={<Skeleton lines={6} />}>
            <SettingsScreen room={room.data} tab={settings?.tab ?? "overview"} />
          </Suspense>
        </Boundary>
      </div>
    );
  }
  return (
    <Channels room={room.data}>
      {!live && <Banner tone="warning">Reconnecting. What you see may be out of date.</Banner>}
      {room.isError && <Banner tone="warning">{wordsOf(room.error)}</Banner>}
    </Channels>
  );
}

interface ChannelsProps {
  room: WholeRoom;
  /** What is amiss. */
  children: ReactNode;
}

function Channels({ room, children }: ChannelsProps) {
  const [isChannel, found] = useRoute<{ channelId: string }>("/rooms/:roomId/channels/:channelId");
  const narrow = useNarrow();
  const members = useMembersShown();
  const { name, id } = room.room;
  const channel = isChannel
    ? room.channels.find((known) => known.id === found?.channelId)
    : room.channels.find(({ kind }) => kind === "text");
  const isShown = isChannel || !narrow;
  if (isChannel && channel === undefined) return <Redirect to={`/rooms/${id}`} replace />;
  return (
    <>
      <Side name="Channels" title={name} page={narrow && !isChannel} me={room.me.name}>
        <CommunityMenu room={room} />
        {children}
        <nav className={styles.scroll} aria-label="Channels">
          <TextChannels room={room} shownId={isShown ? channel?.id : undefined} />
          <CommunityVoice room={room} />
        </nav>
      </Side>
      {isShown && <ChannelScreen room={room} channel={channel} members={members} />}
    </>
  );
}

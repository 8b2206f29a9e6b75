import { Hash, Lock, Users } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { Link, Redirect, useLocation, useRoute } from "wouter";
import type { Channel, WholeRoom } from "../../sangha/api/types";
import { Banner } from "../../sangha/ui/Banner";
import { IconButton } from "../../sangha/ui/Button";
import { Skeleton } from "../../sangha/ui/Skeleton";
import { CommunityMenu } from "../community/CommunityMenu";
import { useRoomPushes } from "../community/pushes";
import { Broken } from "../feedback/Broken";
import { wordsOf } from "../feedback/words";
import { useRoom } from "../queries";
import { CommunityVoice } from "../voice/CommunityVoice";
import { Bar } from "./Bar";
import list from "./channels.module.css";
import styles from "./Shell.module.css";
import { SideFoot } from "./SideFoot";

const VoiceScreen = lazy(() => import("../voice/VoiceScreen"));
const TextScreen = lazy(() => import("../community/TextScreen"));
const MembersPane = lazy(() => import("../members/MembersPane"));
const SettingsScreen = lazy(() => import("../settings/SettingsScreen"));

/** A community: its channels at the side, one of them on the screen. */
export function Community({ roomId }: { roomId: string }) {
  const room = useRoom(roomId);
  const live = useRoomPushes(roomId);
  const [inSettings, settings] = useRoute<{ tab?: string }>("/rooms/:roomId/settings/:tab?");
  if (room.data === undefined) {
    return (
      <>
        <aside className={styles.side} aria-label="Channels">
          {room.isPending && <Skeleton lines={6} label="Reading the community" />}
        </aside>
        <main className={styles.main} data-page={room.isError ? "main" : undefined}>
          {room.isError && (
            <Broken title="This community can’t be shown" onRetry={() => void room.refetch()}>
              {wordsOf(room.error)}
            </Broken>
          )}
        </main>
      </>
    );
  }
  if (inSettings) {
    return (
      <div className={styles.whole} data-page="main">
        <Suspense fallback={<Skeleton lines={6} />}>
          <SettingsScreen room={room.data} tab={settings?.tab ?? "overview"} />
        </Suspense>
      </div>
    );
  }
  return (
    <>
      <aside className={styles.side} aria-label="Channels">
        <CommunityMenu room={room.data} />
        {!live && (
          <Banner tone="warning">Reconnecting. What you see may be some seconds old.</Banner>
        )}
        {room.isError && <Banner tone="warning">{wordsOf(room.error)}</Banner>}
        <nav className={styles.scroll} aria-label="Channels">
          <TextChannels room={room.data} />
          <CommunityVoice room={room.data} />
        </nav>
        <SideFoot name={room.data.me.name} />
      </aside>
      <Main room={room.data} />
    </>
  );
}

function TextChannels({ room }: { room: WholeRoom }) {
  const [path] = useLocation();
  const channels = room.channels.filter((channel) => channel.kind === "text");
  if (channels.length === 0) return null;
  return (
    <section aria-labelledby="text-channels">
      <h3 id="text-channels" className={list.head}>
        Text channels
      </h3>
      <ul className={list.list}>
        {channels.map((channel) => {
          const href = `/rooms/${room.room.id}/channels/${channel.id}`;
          return (
            <li key={channel.id}>
              <Link
                href={href}
                className={list.channel ?? ""}
                aria-current={path === href ? "page" : undefined}
              >
                {channel.private ? <Lock aria-label="Private" /> : <Hash aria-hidden />}
                <bdi>{channel.name}</bdi>
              </Link>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

function Main({ room }: { room: WholeRoom }) {
  const [isChannel, found] = useRoute<{ channelId: string }>("/rooms/:roomId/channels/:channelId");
  const [isMembers] = useRoute("/rooms/:roomId/members");
  const [showsMembers, setShowsMembers] = useState(() => window.innerWidth >= 1100);
  const home = `/rooms/${room.room.id}`;
  const channel: Channel | undefined = isChannel
    ? room.channels.find(({ id }) => id === found?.channelId)
    : room.channels.find(({ kind }) => kind === "text");
  if (isChannel && channel === undefined) return <Redirect to={home} replace />;
  const isPage = isChannel || isMembers;
  return (
    <main className={styles.main} data-page={isPage ? "main" : undefined}>
      <Bar icon={<Hash aria-hidden />} title={channel?.name ?? room.room.name} back={home}>
        <IconButton
          label={showsMembers ? "Hide the members" : "Show the members"}
          pressed={showsMembers}
          onClick={() => setShowsMembers(!showsMembers)}
        >
          <Users aria-hidden />
        </IconButton>
      </Bar>
      <div className={list.columns} data-members={showsMembers || undefined}>
        <div className={list.content}>
          <Suspense fallback={<Skeleton lines={4} />}>
            {channel?.kind === "voice" && (
              <VoiceScreen key={channel.id} room={room} channel={channel} />
            )}
            {channel?.kind === "text" && (
              <TextScreen key={channel.id} room={room} channel={channel} />
            )}
          </Suspense>
        </div>
        {showsMembers && (
          <aside className={list.members} aria-label="Members">
            <Suspense fallback={<Skeleton lines={8} />}>
              <MembersPane room={room} />
            </Suspense>
          </aside>
        )}
      </div>
    </main>
  );
}
